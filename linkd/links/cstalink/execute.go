package cstalink

import (
	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/linkd/links/driver"
	"github.com/holdline/holdline/transport/csta"
)

// Execute asks the switch for what a client wants. order is called right before
// the request is written: its error keeps it from being written. An Outcome fact
// stands in the place of the answer among the switch's frames; an answer that
// comes after the time limit still gives one. done gets nil if the request was
// written and answered, ErrTimeout if it was written, else why it was not.
func (c *Conn) Execute(intent uint64, order func() (*driver.Order, error), done func(error)) {
	var o *driver.Order
	r := &request{class: traffic}
	r.build = func() (m csta.Message, err error) {
		if o, err = order(); err != nil {
			return nil, err
		}
		if m, err = message(o); err != nil {
			return nil, err
		}
		c.dialogue(m)
		r.oneWay = oneWay(o.Request.Service)
		return m, nil
	}
	r.answered = func(m csta.Message, err error) {
		switch {
		case err != nil:
		case r.oneWay:
			c.fact(outcomeFact(&fsmpb.Outcome{Intent: intent, Result: fsmpb.OutcomeResult_DONE}))
		default:
			if result := outcome(intent, m); result != nil {
				c.fact(outcomeFact(result))
			} else {
				err = driver.ErrTimeout // an answer to something else is none
			}
		}
		done(err)
	}
	r.late = func(m csta.Message) {
		if result := outcome(intent, m); result != nil {
			c.fact(outcomeFact(result))
		}
	}
	c.ask(r)
}

func outcomeFact(o *fsmpb.Outcome) *fsmpb.Fact {
	return &fsmpb.Fact{Body: &fsmpb.Fact_Outcome{Outcome: o}}
}
