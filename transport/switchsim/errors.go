package switchsim

// A cstaError is what CSTAErrorCode says: one value of one category (ECMA-323).
type cstaError struct{ category, value string }

func (e *cstaError) Error() string { return e.category + "/" + e.value }

func operation(value string) *cstaError { return &cstaError{"operation", value} }
func wrongState(value string) *cstaError {
	return &cstaError{"stateIncompatibility", value}
}
func noResource(value string) *cstaError {
	return &cstaError{"systemResourceAvailibility", value}
}

var (
	errParameter   = operation("invalidParameterValue")
	errUnsupported = operation("serviceNotSupported")
	errLimit       = noResource("resourceLimitExceeded")
	errDevice      = operation("invalidDeviceID")
	errCall        = operation("invalidCallID")
	errConnection  = operation("invalidConnectionID")
	errState       = wrongState("invalidConnectionState")
)
