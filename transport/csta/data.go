package csta

// RawXML is XML content that this package passes through: well-formed, with
// the declarations of the prefixes that it uses. Append writes it in ASCII.
type RawXML string

// data is correlator or user data: a choice of octets or private elements, of
// which this package carries the octets. nil is absent.
func (c *coder) data(name string, v *[]byte) {
	if *v != nil || c.may(name) {
		c.dataNow(name, v)
	}
}

//go:noinline
func (c *coder) dataNow(name string, v *[]byte) {
	if c.writing {
		c.start(name)
		c.octetsNow("string", v)
		c.end(name)
		return
	}
	c.groupNow(name, true, (*octetData)(v))
}

type octetData []byte

func (d *octetData) fields(c *coder) { c.octets("string", (*[]byte)(d), req) }

// Extensions are CSTACommonArguments, the last child of every message.
type Extensions struct {
	Security    *Security
	PrivateData *PrivateData
	Other       RawXML // elements that the standard doesn't have
}

func (e *Extensions) fields(c *coder) {
	if c.writing {
		one(c, "security", &e.Security, opt)
		one(c, "privateData", &e.PrivateData, opt)
		if e.Other != "" {
			c.writeRaw("extensions", e.Other)
		}
		return
	}
	others := newRawCopier(c.scan, []byte(e.Other))
	for c.wait != 0 {
		switch {
		case c.waits("security"):
			one(c, "security", &e.Security, opt)
		case c.waits("privateData"):
			one(c, "privateData", &e.PrivateData, opt)
		default:
			others.element(c.scan.depth)
			c.advance()
		}
	}
	e.Other = RawXML(others.out)
}

func (c *coder) extensions(e **Extensions) {
	const name = "extensions"
	if *e != nil || c.may(name) {
		oneNow(c, name, e)
	}
}

// Security is CSTASecurityData.
type Security struct {
	MessageSequenceNumber *int
	TimeStamp             string
	SecurityInfo          RawXML
}

func (s *Security) fields(c *coder) {
	c.number("messageSequenceNumber", &s.MessageSequenceNumber, opt)
	c.text("timeStamp", &s.TimeStamp, opt)
	c.raw("securityInfo", &s.SecurityInfo)
}

// PrivateData is CSTAPrivateData: elements of a vendor's, or octets.
type PrivateData struct {
	Private RawXML // written if not ""
	String  []byte // hexBinary on the wire; written if Private is ""
}

func (p *PrivateData) fields(c *coder) {
	c.raw("private", &p.Private)
	if !c.writing || p.Private == "" {
		c.octets("string", &p.String, opt)
	}
}

// CallLinkageData identifies a call across switches and through transfers.
type CallLinkageData struct {
	GlobalCallData GlobalCallData
	ThreadData     *ThreadData
}

func (d *CallLinkageData) fields(c *coder) {
	c.group("globalCallData", true, &d.GlobalCallData, req)
	one(c, "threadData", &d.ThreadData, opt)
}

// GlobalCallData identifies a call end to end.
type GlobalCallData struct {
	GlobalCallSwitchingSubDomainName string
	GlobalCallLinkageID              RawXML
	CallLinkageIDTimestamp           string
}

func (d *GlobalCallData) fields(c *coder) {
	c.text("globalCallSwitchingSubDomainName", &d.GlobalCallSwitchingSubDomainName, opt)
	c.raw("globalCallLinkageID", &d.GlobalCallLinkageID)
	c.text("callLinkageIDTimestamp", &d.CallLinkageIDTimestamp, opt)
}

// ThreadData identifies a thread of calls that belong together.
type ThreadData struct {
	ThreadSwitchingSubDomainName string
	ThreadLinkageID              RawXML
	ThreadIDTimeStamp            string
}

func (d *ThreadData) fields(c *coder) {
	c.text("threadSwitchingSubDomainName", &d.ThreadSwitchingSubDomainName, opt)
	c.raw("threadLinkageID", &d.ThreadLinkageID)
	c.text("threadIDTimeStamp", &d.ThreadIDTimeStamp, opt)
}
