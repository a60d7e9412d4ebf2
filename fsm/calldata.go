package fsm

import (
	"bytes"
	"cmp"
	"slices"
	"strings"

	"github.com/holdline/holdline/fsm/fsmpb"
)

// What rides on a call.

// maxRedirections bounds the redirection history: the first ones say where the
// call was meant to go, the last ones where it comes from.
const maxRedirections = 16

// mergeData lays over on top of base, key by key. Neither is changed.
func mergeData(base, over *fsmpb.CallData) *fsmpb.CallData {
	if over == nil {
		return base
	}
	if base == nil {
		base = new(fsmpb.CallData)
	}
	out := &fsmpb.CallData{
		Correlator: base.Correlator, UserData: base.UserData, AccountCode: base.AccountCode,
		Variables: mergeVariables(base.Variables, over.Variables),
		// Not a key: the longer history is the call's own.
		Redirections: base.Redirections, OriginalCalled: base.OriginalCalled,
	}
	if len(over.Correlator) > 0 {
		out.Correlator = over.Correlator
	}
	if len(over.UserData) > 0 {
		out.UserData = over.UserData
	}
	if len(over.AccountCode) > 0 {
		out.AccountCode = over.AccountCode
	}
	if len(over.Redirections) > 0 {
		out.Redirections = boundRedirections(over.Redirections)
	}
	if over.OriginalCalled.GetKind() != fsmpb.Party_ABSENT {
		out.OriginalCalled = over.OriginalCalled
	}
	return out
}

func mergeVariables(base, over []*fsmpb.Variable) []*fsmpb.Variable {
	if len(over) == 0 {
		return base
	}
	out := slices.Clone(base)
	for _, v := range over {
		i, had := slices.BinarySearchFunc(out, v.GetName(), func(x *fsmpb.Variable, name string) int { return cmp.Compare(x.GetName(), name) })
		if had {
			out[i] = v
		} else {
			out = slices.Insert(out, i, v)
		}
	}
	return out
}

func boundRedirections(list []string) []string {
	list = slices.DeleteFunc(slices.Clone(list), func(s string) bool { return !goodName(s) })
	if len(list) > maxRedirections {
		list = append(list[:1:1], list[len(list)-maxRedirections+1:]...)
	}
	return list
}

// cutData leaves out what exceeds the limit for one call's data, whole items
// only: half a correlator is worth nothing. It returns how many it left out.
func cutData(in *fsmpb.CallData, limit int) (*fsmpb.CallData, int) {
	if in == nil || dataSize(in) <= limit {
		return in, 0
	}
	out := &fsmpb.CallData{Redirections: in.Redirections, OriginalCalled: in.OriginalCalled}
	cut := 0
	keep := func(n int) bool {
		if n > limit {
			cut++
			return false
		}
		limit -= n
		return true
	}
	if keep(len(in.Correlator)) {
		out.Correlator = in.Correlator
	}
	if keep(len(in.UserData)) {
		out.UserData = in.UserData
	}
	if keep(len(in.AccountCode)) {
		out.AccountCode = in.AccountCode
	}
	for _, v := range in.Variables {
		if keep(len(v.GetName()) + len(v.GetValue())) {
			out.Variables = append(out.Variables, v)
		}
	}
	return out, cut
}

func dataSize(d *fsmpb.CallData) int {
	n := len(d.Correlator) + len(d.UserData) + len(d.AccountCode)
	for _, v := range d.Variables {
		n += len(v.GetName()) + len(v.GetValue())
	}
	return n
}

// addData puts what an event or a snapshot carried on the call.
func (d *draft) addData(over *fsmpb.CallData) {
	if over == nil {
		return
	}
	d.c.Data = d.cut(mergeData(d.c.Data, over))
}

func (d *draft) cut(data *fsmpb.CallData) *fsmpb.CallData {
	data, n := cutData(data, int(d.settings.CallDataBytes))
	d.counters.DataCut += uint64(n)
	return data
}

// redirected remembers a device that the call left for another one.
func (d *draft) redirected(device string) {
	data := mergeData(d.c.Data, new(fsmpb.CallData))
	data.Redirections = boundRedirections(append(slices.Clone(data.Redirections), device))
	d.c.Data = data
	d.c.LastRedirection = deviceParty(device)
}

// absorb takes over what an event says of the whole call.
func (d *draft) absorb(e *fsmpb.CallEvent) {
	better(&d.c.Calling, e.Calling)
	better(&d.c.Called, e.Called)
	better(&d.c.LastRedirection, e.LastRedirection)
	d.linkAs(e.Linkage)
	d.addData(e.Data)
	if d.c.Data.GetOriginalCalled() == nil && isDevice(e.Called) {
		data := mergeData(d.c.Data, new(fsmpb.CallData))
		data.OriginalCalled = e.Called
		d.c.Data = data
	}
}

// better replaces what is known of a party by what a message says, but never a
// device by "not known".
func better(is **fsmpb.Party, told *fsmpb.Party) {
	if isDevice(told) || (*is).GetKind() == fsmpb.Party_ABSENT && told.GetKind() != fsmpb.Party_ABSENT && told.GetKind() != fsmpb.Party_DEVICE {
		*is = told
	}
}

// fillIn takes from a later copy of an event only what the call lacks: by now it
// may know better.
func (d *draft) fillIn(e *fsmpb.CallEvent) {
	lacks := func(is **fsmpb.Party, told *fsmpb.Party) {
		if !isDevice(*is) {
			better(is, told)
		}
	}
	lacks(&d.c.Calling, e.Calling)
	lacks(&d.c.Called, e.Called)
	if d.c.Linkage == "" {
		d.c.Linkage = e.Linkage
	}
	if e.Data != nil {
		d.c.Data = d.cut(mergeData(cleanData(e.Data), d.c.Data))
	}
}

// cleanData puts the variables of a message in order, one a name, without
// changing the message.
func cleanData(in *fsmpb.CallData) *fsmpb.CallData {
	if in == nil || len(in.Variables) == 0 && len(in.Redirections) == 0 {
		return in
	}
	return mergeData(new(fsmpb.CallData), in)
}

// consult gives a consultation call a copy of the data of the call that its
// device holds, if it is one.
func (d *draft) consult(device string) {
	if d.c.ConsultedFrom != 0 {
		return
	}
	dev, ok := d.devices.get(deviceKey(d.c.Switch, device))
	if !ok {
		return
	}
	var from *Call
	var best *Connection
	for _, id := range dev.Calls {
		c, ok := d.calls.get(id)
		if !ok || id == d.c.Id {
			continue
		}
		x := connOf(c, device)
		if x == nil || x.State != fsmpb.ConnectionState_HOLD && x.State != fsmpb.ConnectionState_CONNECTED {
			continue
		}
		// The switch may tell of the consultation before it tells of the hold.
		held, bestHeld := x.State == fsmpb.ConnectionState_HOLD, best != nil && best.State == fsmpb.ConnectionState_HOLD
		if best == nil || held && !bestHeld || held == bestHeld && x.SinceMs >= best.SinceMs {
			from, best = c, x
		}
	}
	if from == nil {
		return
	}
	d.c.ConsultedFrom = from.Id
	if from.Data != nil {
		copied := &fsmpb.CallData{Correlator: from.Data.Correlator, UserData: from.Data.UserData,
			AccountCode: from.Data.AccountCode, Variables: from.Data.Variables}
		d.c.Data = d.cut(mergeData(copied, d.c.Data))
	}
}

// sameData compares what rides on calls.
func sameData(a, b *fsmpb.CallData) bool {
	return bytes.Equal(a.GetCorrelator(), b.GetCorrelator()) && bytes.Equal(a.GetUserData(), b.GetUserData()) &&
		bytes.Equal(a.GetAccountCode(), b.GetAccountCode()) &&
		slices.EqualFunc(a.GetVariables(), b.GetVariables(), func(x, y *fsmpb.Variable) bool {
			return strings.Compare(x.GetName(), y.GetName()) == 0 && bytes.Equal(x.GetValue(), y.GetValue())
		})
}
