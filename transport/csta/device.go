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
	if c.writing {
		if d.IsZero() {
			c.absent(name, need)
			return
		}
		c.writeDevice(name, d)
	} else if c.tag == name {
		c.readDevice(d)
		c.advance()
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
	for c.tag == name {
		*v = append(*v, DeviceID{})
		c.readDevice(&(*v)[len(*v)-1])
		c.advance()
	}
}

func (c *coder) readDevice(d *DeviceID) {
	value, attrs, wrapped := c.scan.text()
	c.wrapped(wrapped)
	*d = DeviceID{Value: value}
	if attrs == "" {
		return
	}
	d.TypeOfNumber = c.scan.attribute(attrs, "typeOfNumber")
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
	c.out = append(c.out, '<')
	c.out = append(c.out, name...)
	attribute := func(name string, v *string, first Edition) {
		if *v == "" || c.ed < first {
			return
		}
		c.out = append(c.out, ' ')
		c.out = append(c.out, name...)
		c.out = append(c.out, `="`...)
		c.out = appendText(c.out, *v)
		c.out = append(c.out, '"')
	}
	attribute("typeOfNumber", &d.TypeOfNumber, Ed3)
	if d.Attributes != nil {
		d.Attributes.attributeList(attribute)
	}
	c.out = append(c.out, '>')
	c.out = appendText(c.out, d.Value)
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
	switch {
	case c.writing && *kind == is && d != nil:
		c.writeDevice(name, d)
	case c.writing && *kind == is:
		c.out = append(c.out, '<')
		c.out = append(c.out, name...)
		c.out = append(c.out, "/>"...)
	case !c.writing && c.tag == name:
		*kind = is
		if d != nil {
			c.readDevice(d)
		} else {
			c.scan.skip()
		}
		c.advance()
	}
}

func (c *coder) subject(name string, d *SubjectDeviceID, need bool) {
	if c.writing && need && d.Kind == DeviceAbsent {
		d = &SubjectDeviceID{Kind: DeviceNotKnown}
	}
	c.group(name, d.Kind != DeviceAbsent, d, opt)
}

func (c *coder) redirection(name string, d *RedirectionDeviceID, need bool) {
	if c.writing && need && d.Kind == DeviceAbsent {
		d = &RedirectionDeviceID{Kind: DeviceNotKnown}
	}
	c.group(name, d.Kind != DeviceAbsent, d, opt)
}
