package switchsim

// How the part of a device in a call is being recorded.
type recording string

const (
	recordingOff    recording = ""
	recordingOn     recording = "Started"
	recordingPaused recording = "Paused"
)

// steps are what may be done about a recording, by the actions of Xsi.
var recordingSteps = map[string]struct {
	from, to recording
	kind     eventKind
}{
	"Record":          {recordingOff, recordingOn, evRecord},
	"PauseRecording":  {recordingOn, recordingPaused, evSuspendRecord},
	"ResumeRecording": {recordingPaused, recordingOn, evRecord},
	"StopRecording":   {recordingOn, recordingOff, evStop},
}

// record makes one step; the message is named as the call and the device are. It
// tells whether the step was possible.
func (m *model) record(c *call, device, step string) bool {
	s, k := recordingSteps[step], c.at(device)
	from := s.from
	if step == "StopRecording" && k.recording == recordingPaused {
		from = recordingPaused
	}
	if k.state != Connected || k.recording != from || s.kind == "" {
		return false
	}
	k.recording = s.to
	m.tell(c, event{kind: s.kind, device: device, message: c.id.String() + "-" + device, cause: "normal"})
	return true
}

func moveRecord(m *model, v Move) (*call, error) {
	c, err := m.pickCall(v.Call, v.Device, Connected)
	if err != nil {
		return nil, err
	}
	if !m.record(c, v.Device, v.State) {
		return nil, errState
	}
	return c, nil
}

// voice writes RecordEvent and its like.
func (e encoder) voice(w *writer, crossRef string, ev *event) {
	root := map[eventKind]string{evRecord: "RecordEvent", evSuspendRecord: "SuspendRecordEvent", evStop: "StopEvent"}[ev.kind]
	w.root(root)
	w.text("monitorCrossRefID", crossRef)
	e.connection(w, "connection", ev.conn)
	w.text("message", ev.message)
	w.text("cause", ev.cause)
	w.close(root)
}

// recorded tells a user of BroadWorks of the recording of their half.
func (f *xsiFront) recorded(ev *event) {
	u := f.users[ev.device]
	if u == nil {
		return
	}
	h := u.toward(ev.conn.call, "")
	if h == nil {
		return
	}
	was := h.recording
	switch ev.kind {
	case evSuspendRecord:
		h.recording = recordingPaused
		f.tellCall(u, "CallRecordingPausedEvent", h)
	case evStop:
		h.recording = recordingOff
		f.tell(u, "CallRecordingStoppedEvent", func(w *xsiWriter) {
			w.within("call", func() { f.writeHalf(w, u, h) })
			w.text("reason", "User Requested")
		})
	default:
		h.recording = recordingOn
		if was == recordingPaused {
			f.tellCall(u, "CallRecordingResumedEvent", h)
			return
		}
		f.tellCall(u, "CallRecordingStartingEvent", h)
		f.tellCall(u, "CallRecordingStartedEvent", h)
	}
}

func serveRecording(q *xsiRequest) (xsiReply, *xsiRefusal) {
	u, _, c, refused := q.half(q.path[3])
	if refused != nil {
		return xsiReply{}, refused
	}
	if !q.f.s.model.record(c, u.device.id, q.path[4]) {
		return xsiReply{}, xsiWrongState
	}
	return xsiFine(), nil
}
