package fsm

import "github.com/holdline/holdline/fsm/fsmpb"

func (t *txn) client(c *fsmpb.ClientCommand) Result            { return Result{} }
func (t *txn) intentResolved(c *fsmpb.IntentResolved) Result   { return Result{} }
func (t *txn) intentSent(c *fsmpb.IntentSent) Result           { return Result{} }
func (t *txn) openSession(c *fsmpb.OpenSession) Result         { return Result{} }
func (t *txn) attachSession(c *fsmpb.AttachSession) Result     { return Result{} }
func (t *txn) detachSession(c *fsmpb.DetachSession) Result     { return Result{} }
func (t *txn) sessionProgress(c *fsmpb.SessionProgress) Result { return Result{} }
func (t *txn) endSession(id uint64, reason string) Result      { return Result{} }
func (t *txn) expire(c *fsmpb.Expire) Result                   { return Result{} }
func (t *txn) deleteSwitch(name string) Result                 { return Result{} }
func (t *txn) deleteLink(name string) Result                   { return Result{} }
func (t *txn) putNode(n *Node) Result                          { return Result{} }
func (t *txn) deleteNode(id string) Result                     { return Result{} }

// What the facts need of clients.
func (t *txn) upstreamMonitor(l *Link, m *fsmpb.UpstreamMonitor) {}
func (t *txn) outcome(l *Link, o *fsmpb.Outcome)                 {}
func (t *txn) routeRequested(l *Link, r *fsmpb.RouteRequested)   {}
func (t *txn) routeEnded(l *Link, r *fsmpb.RouteEnded)           {}
func (t *txn) routerUp(l *Link, r *fsmpb.RouterUp)               {}

// followers adds to a call's followers the call-type monitors of the devices.
func (t *txn) followers(c *Call, devices []string) []uint64 { return c.Followers }

// callOver tells the call-type monitors of a call that it ended, or moves them to the call that it became.
func (t *txn) callOver(c *Call, into uint64) {}

// settleIntents settles what the present state shows of intents that no leader may send any more.
func (t *txn) settleIntents(sw string) {}
