package fsm

// unlisted clears the parties of the joined calls that the event doesn't name. The
// event lists every connection of the result (ECMA-269, Transferred and
// Conferenced), so they left while nobody listened; and as the event doesn't say
// so, their clients have to be told before it. A list of fewer than two says
// nothing of the others.
func (j *joining) unlisted() {
	named := map[string]bool{j.controller: true} // looked up, never ranged over
	if isDevice(j.e.Other) {
		named[j.e.Other.Id] = true
	}
	items := 0
	for _, i := range j.e.Connections {
		oldCall, oldDevice := j.oldEnd(i)
		named[oldDevice] = true
		written, beside := i.GetNewConnection().GetDevice(), i.GetEndpoint()
		if i.GetNewConnection().GetCall() == "" && written == "" {
			continue
		}
		items++
		if !isDevice(beside) && oldDevice != "" {
			beside = deviceParty(oldDevice)
		}
		named[j.deviceOf(j.src, oldCall, written, beside)] = true
	}
	if items < 2 {
		return
	}
	for _, c := range j.old() {
		var gone []string
		for _, x := range c.Connections {
			if !named[x.Device] && j.watched(j.src.sw, x.Device) {
				gone = append(gone, x.Device)
			}
		}
		if len(gone) == 0 {
			continue
		}
		d := j.change(j.src, c)
		for _, device := range gone {
			d.clearStuck(device)
		}
		d.put()
	}
	again := func(c *Call) *Call {
		if c == nil {
			return nil
		}
		now, _ := j.calls.get(c.Id)
		return now
	}
	j.primary, j.secondary = again(j.primary), again(j.secondary)
}
