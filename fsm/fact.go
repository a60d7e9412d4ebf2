package fsm

import "github.com/holdline/holdline/fsm/fsmpb"

func (t *txn) fact(f *fsmpb.Fact) Result { return Result{} }

func (t *txn) claimLink(c *fsmpb.ClaimLink) Result         { return Result{} }
func (t *txn) linkReport(c *fsmpb.LinkReport) Result       { return Result{} }
func (t *txn) switchReady(c *fsmpb.SwitchReady) Result     { return Result{} }
func (t *txn) requestResync(c *fsmpb.RequestResync) Result { return Result{} }
