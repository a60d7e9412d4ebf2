package csta

// ErrorCategory is the choice that a CSTA error makes: the element that holds
// its value.
type ErrorCategory string

// The categories. The spelling of ErrorSystemResource is the schema's;
// systemResourceAvailability is read too.
const (
	ErrorOperation            ErrorCategory = "operation"
	ErrorSecurity             ErrorCategory = "security"
	ErrorStateIncompatibility ErrorCategory = "stateIncompatibility"
	ErrorSystemResource       ErrorCategory = "systemResourceAvailibility"
	ErrorSubscribedResource   ErrorCategory = "subscribedResourceAvailability"
	ErrorPerformance          ErrorCategory = "performanceManagement"
	ErrorPrivateData          ErrorCategory = "privateData"
	ErrorUnspecified          ErrorCategory = "unspecified"      // has no value
	ErrorPrivateCode          ErrorCategory = "privateErrorCode" // value is free text
)

// errorCategories in the schema's order.
var errorCategories = [...]ErrorCategory{
	ErrorOperation, ErrorSecurity, ErrorStateIncompatibility, ErrorSystemResource, ErrorSubscribedResource,
	ErrorPerformance, ErrorPrivateData, ErrorUnspecified, ErrorPrivateCode,
}

// ErrorValue is an error's value within its category.
type ErrorValue string

// ErrorCode is a CSTA error: a category and a value of it.
type ErrorCode struct {
	Category ErrorCategory
	Value    ErrorValue // "" with ErrorUnspecified
}

// Error returns category and value.
func (e *ErrorCode) Error() string {
	if e.Value == "" {
		return "csta error " + string(e.Category)
	}
	return "csta error " + string(e.Category) + "/" + string(e.Value)
}

func (e *ErrorCode) fields(c *coder) {
	if c.writing {
		e.write(c)
		return
	}
	for _, category := range errorCategories {
		if c.waits(string(category)) {
			e.read(c, category)
		}
	}
	if c.waits("systemResourceAvailability") {
		c.info.Leniencies |= LenientSpelling
		e.read(c, ErrorSystemResource)
	}
}

func (e *ErrorCode) read(c *coder, category ErrorCategory) {
	e.Category, e.Value = category, ErrorValue(c.value())
	c.advance()
}

func (e *ErrorCode) write(c *coder) {
	switch {
	case e.Category == "":
		c.absent("error category")
	case e.Category == ErrorUnspecified:
		c.emptyElement("unspecified")
	case e.Category == ErrorSystemResource && c.ed < Ed6 && e.newInEd6():
		c.element(string(e.Category), string(ResourceGeneric))
	default:
		value := string(e.Value)
		c.text(string(e.Category), &value, req)
	}
}

// newInEd6 reports whether a system resource error is not in editions 3 to 5.
func (e *ErrorCode) newInEd6() bool {
	switch e.Value {
	case ResourceConferenceResourceCannotBeSatisfied, ResourceMaxDevicesExceeded,
		ResourceStartTimeOutOfRange, ResourceDurationExceeded:
		return true
	}
	return false
}

// CSTAErrorCode is the negative response to every request of ECMA-323.
type CSTAErrorCode struct{ ErrorCode }

// NewError returns a negative response.
func NewError(category ErrorCategory, value ErrorValue) *CSTAErrorCode {
	return &CSTAErrorCode{ErrorCode{Category: category, Value: value}}
}

// Name returns "CSTAErrorCode".
func (*CSTAErrorCode) Name() string { return "CSTAErrorCode" }

// inEdition returns the cause that comes closest to e in an edition that may
// not have it.
func (e EventCause) inEdition(ed Edition) EventCause {
	if ed >= Ed6 {
		return e
	}
	switch e {
	case CauseCallInterception:
		return CauseRedirected
	case CauseCallInterceptionBusy:
		return CauseBusy
	case CauseCallInterceptionForwarded:
		return CauseCallForward
	case CauseCallInterceptionNoAnswer:
		return CauseCallNotAnswered
	case CauseCallInterceptionResourcesNotAvailable:
		return CauseResourcesNotAvailable
	case CauseLawfulInterception:
		return CauseNormal
	case CauseMakeConnection:
		return CauseMakeCall
	}
	return e
}

func (c *coder) cause(cause *EventCause, need bool) {
	if c.writing {
		e := cause.inEdition(c.ed)
		cause = &e
	}
	word(c, "cause", cause, need)
}
