package csta

// DeviceID is a device identifier (ECMA-323 device identifiers): its text and
// what its attributes say. The text is not always a plain number; normalise it
// before it is used as a key. The zero DeviceID is absent.
type DeviceID struct {
	Value        string
	TypeOfNumber string // "" means DialingNumber
	Attributes   *DeviceAttributes
}

// Values of DeviceID.TypeOfNumber. ExplicitPublic and ExplicitPrivate are
// followed by the kind of number.
const (
	DialingNumber   = "dialingNumber"
	DeviceNumber    = "deviceNumber"
	ImplicitPublic  = "implicitPublic"
	ExplicitPublic  = "explicitPublic:" // unknown, international, national, networkspecific, subscriber, abbreviated
	ImplicitPrivate = "implicitPrivate"
	ExplicitPrivate = "explicitPrivate:" // unknown, level3RegionalNumber, ... pTNSpecificNumber, localNumber, abbreviated
	OtherNumber     = "other"
)

// DeviceAttributes are the attributes of a DeviceID that are seldom sent.
type DeviceAttributes struct {
	MediaClass                            string // list, separated by blanks
	ConnectionRate                        string
	BitRate                               string // constant or variable
	DelayTolerance                        string
	SwitchingSubDomainCCIEType            string
	SwitchingSubDomainInformationElements string
	PrivateNumber                         string // true or false; edition 6
	PrivateName                           string // true or false; edition 6
}

// attributeList calls do for each attribute in the schema's order.
func (a *DeviceAttributes) attributeList(do func(name string, v *string, first Edition)) {
	do("mediaClass", &a.MediaClass, Ed3)
	do("connectionRate", &a.ConnectionRate, Ed3)
	do("bitRate", &a.BitRate, Ed3)
	do("delayTolerance", &a.DelayTolerance, Ed3)
	do("switchingSubDomainCCIEType", &a.SwitchingSubDomainCCIEType, Ed3)
	do("switchingSubDomainInformationElements", &a.SwitchingSubDomainInformationElements, Ed3)
	do("privateNumber", &a.PrivateNumber, Ed6)
	do("privateName", &a.PrivateName, Ed6)
}

// IsZero reports whether the device is absent.
func (d *DeviceID) IsZero() bool { return d.Value == "" && d.TypeOfNumber == "" && d.Attributes == nil }

// device is a DeviceID.
func (c *coder) device(name string, d *DeviceID, need bool) {
	switch {
	case !c.writing:
		if c.waits(name) {
			c.readDevice(d)
			c.advance()
		}
	case !d.IsZero():
		c.writeDevice(name, d)
	case need:
		c.absent(name)
	}
}

// devices is a DeviceID that may occur many times.
func (c *coder) devices(name string, v *[]DeviceID) {
	if c.writing {
		for i := range *v {
			c.writeDevice(name, &(*v)[i])
		}
		return
	}
	for c.waits(name) {
		*v = append(*v, DeviceID{})
		c.readDevice(&(*v)[len(*v)-1])
		c.advance()
	}
}

func (c *coder) readDevice(d *DeviceID) {
	value, attrs, wrapped := c.scan.text()
	c.wrapped(wrapped)
	*d = DeviceID{Value: value}
	if attrs != "" {
		c.readDeviceAttributes(d, attrs)
	}
}

func (c *coder) readDeviceAttributes(d *DeviceID, attrs string) {
	d.TypeOfNumber = c.scan.attribute(attrs, "typeOfNumber")
	if key, _, rest := cutAttribute(attrs); key == "typeOfNumber" && trimSpace(rest) == "" {
		return // no others, as nearly always
	}
	var a DeviceAttributes
	a.attributeList(func(name string, v *string, _ Edition) {
		*v = c.scan.attribute(attrs, name)
	})
	if a != (DeviceAttributes{}) {
		d.Attributes = &a
	}
}

func (c *coder) writeDevice(name string, d *DeviceID) {
	if d.TypeOfNumber == "" && d.Attributes == nil {
		c.element(name, d.Value)
		return
	}
	c.put("<")
	c.put(name)
	if d.TypeOfNumber != "" {
		c.attribute("typeOfNumber", d.TypeOfNumber)
	}
	if d.Attributes != nil {
		d.Attributes.attributeList(func(name string, v *string, first Edition) {
			if *v != "" && c.ed >= first {
				c.attribute(name, *v)
			}
		})
	}
	c.put(">")
	c.putText(d.Value)
	c.end(name)
}

// DeviceKind says which alternative of a SubjectDeviceID or a
// RedirectionDeviceID holds.
type DeviceKind uint8

// The alternatives. The zero DeviceKind means that the element is absent; where
// the schema requires it, notKnown is written.
const (
	DeviceAbsent       DeviceKind = iota
	DeviceIdentifier              // an identifier is given
	DeviceNotKnown                // the switching function doesn't know it
	DeviceRestricted              // it must not be told
	DeviceNotRequired             // there is none, RedirectionDeviceID only
	DeviceNotSpecified            // it can't be told whether there is one, RedirectionDeviceID only
)

// String returns the alternative's element.
func (k DeviceKind) String() string {
	switch k {
	case DeviceIdentifier:
		return "deviceIdentifier"
	case DeviceNotKnown:
		return "notKnown"
	case DeviceRestricted:
		return "restricted"
	case DeviceNotRequired:
		return "notRequired"
	case DeviceNotSpecified:
		return "notSpecified"
	}
	return ""
}

// SubjectDeviceID is a SubjectDeviceID, CallingDeviceID or CalledDeviceID, the
// associated and network ones included.
type SubjectDeviceID struct {
	Kind   DeviceKind // DeviceIdentifier, DeviceNotKnown, DeviceRestricted; 0 is absent
	Device DeviceID   // with DeviceIdentifier only
}

// Subject returns the SubjectDeviceID that identifies a device by its number.
func Subject(number string) SubjectDeviceID {
	return SubjectDeviceID{Kind: DeviceIdentifier, Device: DeviceID{Value: number}}
}

func (d *SubjectDeviceID) fields(c *coder) {
	c.alternative("deviceIdentifier", &d.Kind, &d.Device, DeviceIdentifier)
	c.alternative("notKnown", &d.Kind, nil, DeviceNotKnown)
	c.alternative("restricted", &d.Kind, nil, DeviceRestricted)
}

// RedirectionDeviceID is the device that a call was last redirected from.
type RedirectionDeviceID struct {
	Kind   DeviceKind // 0 is absent
	Device DeviceID   // with DeviceIdentifier only; its element is numberDialed
}

// Redirection returns the RedirectionDeviceID of a device's number.
func Redirection(number string) RedirectionDeviceID {
	return RedirectionDeviceID{Kind: DeviceIdentifier, Device: DeviceID{Value: number}}
}

func (d *RedirectionDeviceID) fields(c *coder) {
	c.alternative("numberDialed", &d.Kind, &d.Device, DeviceIdentifier)
	c.alternative("notKnown", &d.Kind, nil, DeviceNotKnown)
	c.alternative("notRequired", &d.Kind, nil, DeviceNotRequired)
	c.alternative("notSpecified", &d.Kind, nil, DeviceNotSpecified)
	c.alternative("restricted", &d.Kind, nil, DeviceRestricted)
}

// alternative is one of the alternatives of a device: a DeviceID or an empty
// element.
func (c *coder) alternative(name string, kind *DeviceKind, d *DeviceID, is DeviceKind) {
	if *kind == is || c.may(name) {
		c.alternativeNow(name, kind, d, is)
	}
}

func (c *coder) alternativeNow(name string, kind *DeviceKind, d *DeviceID, is DeviceKind) {
	switch {
	case c.writing && d != nil:
		c.writeDevice(name, d)
	case c.writing:
		c.emptyElement(name)
	case c.waits(name):
		*kind = is
		if d != nil {
			c.readDevice(d)
		} else {
			c.scan.skip()
		}
		c.advance()
	}
}

// subject is a SubjectDeviceID. Where it is required and absent, it is not known.
func (c *coder) subject(name string, d *SubjectDeviceID, need bool) {
	if need || d.Kind != DeviceAbsent || c.may(name) {
		c.subjectNow(name, d)
	}
}

//go:noinline
func (c *coder) subjectNow(name string, d *SubjectDeviceID) {
	switch {
	case !c.writing:
		c.groupNow(name, true, d)
	case d.Kind == DeviceAbsent:
		c.notKnown(name)
	default:
		c.start(name)
		d.fields(c)
		c.end(name)
	}
}

// redirection is a RedirectionDeviceID, otherwise as subject.
func (c *coder) redirection(name string, d *RedirectionDeviceID, need bool) {
	if need || d.Kind != DeviceAbsent || c.may(name) {
		c.redirectionNow(name, d)
	}
}

//go:noinline
func (c *coder) redirectionNow(name string, d *RedirectionDeviceID) {
	switch {
	case !c.writing:
		c.groupNow(name, true, d)
	case d.Kind == DeviceAbsent:
		c.notKnown(name)
	default:
		c.start(name)
		d.fields(c)
		c.end(name)
	}
}

func (c *coder) notKnown(name string) {
	c.start(name)
	c.emptyElement(DeviceNotKnown.String())
	c.end(name)
}
