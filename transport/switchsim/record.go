package switchsim

import "slices"

// How the part of a device in a call is being recorded.
type recording string

const (
	recordingOff    recording = ""
	recordingOn     recording = "Started"
	recordingPaused recording = "Paused"
)

// recordingSteps are what may be done about a recording, by the actions of Xsi.
var recordingSteps = map[string]struct {
	from []recording
	to   recording
	kind eventKind
}{
	"Record":          {[]recording{recordingOff}, recordingOn, evRecord},
	"PauseRecording":  {[]recording{recordingOn}, recordingPaused, evSuspendRecord},
	"ResumeRecording": {[]recording{recordingPaused}, recordingOn, evRecord},
	"StopRecording":   {[]recording{recordingOn, recordingPaused}, recordingOff, evStop},
}

// record makes one step; the message is named as the call and the device are. It
// tells whether the step was possible.
func (m *model) record(c *call, device, step string) bool {
	s, k := recordingSteps[step], c.at(device)
	if k == nil || k.state != Connected || !slices.Contains(s.from, k.recording) {
		return false
	}
	k.recording = s.to
	m.tell(c, event{kind: s.kind, device: device, message: c.id.String() + "-" + device, cause: "normal"})
	return true
}
