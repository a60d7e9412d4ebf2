package drill

import (
	"context"
	"fmt"
	"time"
)

// drill kills the leader once, lets an Application Server of a BroadWorks fail once,
// and judges what is left.
func (s *Scene) drill(ctx context.Context, say func(string, ...any)) error {
	if err := sleep(ctx, 4*time.Second); err != nil {
		return nil
	}
	leader, err := s.Cluster.Leader(ctx)
	if err != nil {
		return err
	}
	truth, err := s.Sides().Truth(ctx)
	if err != nil {
		return err
	}
	say("%s leads; %d calls are up. Killing it (kill -9) ...", leader.ID, len(truth.Calls))
	killed := time.Now()
	leader.Kill()
	limit, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	next, err := s.Cluster.Leader(limit)
	if err != nil {
		return err
	}
	elected := time.Since(killed)
	for _, t := range s.TServers {
		if err := t.WaitNewEvent(limit); err != nil {
			return err
		}
	}
	told := time.Since(killed)
	say("%s leads after %d ms; both T-Servers have all monitors back and new events after %d ms", next.ID, elected.Milliseconds(), told.Milliseconds())
	if s.o.Protocol == BroadWorks {
		say("stopping an Application Server (70%% of its calls are forgotten) ...")
		lost, took, err := s.failServer(limit)
		if err != nil {
			return err
		}
		say("%d calls were forgotten; all devices were compared with the switch after %d ms", lost, took.Milliseconds())
	}
	return s.report(limit, say)
}

// report compares the truths, and is an error if they differ.
func (s *Scene) report(ctx context.Context, say func(string, ...any)) error {
	v, err := Compare(ctx, s.Sides())
	if err != nil {
		return err
	}
	for _, t := range s.TServers {
		r := t.Report()
		say("%s: %d events, %d repeated inside the replay window, %d faults", t.Name(), r.Events, r.Repeats, r.FaultN)
		v.Desync = append(r.Faults, v.Desync...)
	}
	say("%s", v)
	if len(v.Desync) > 0 {
		say("%s", v.Summary(10))
	}
	if err := v.Err(); err != nil {
		return fmt.Errorf("the drill failed: %w", err)
	}
	return nil
}
