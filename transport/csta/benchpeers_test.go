package csta

import (
	"bytes"
	"encoding/hex"
	"encoding/xml"
)

// The messages of a call as encoding/xml reads and writes them. Each struct has
// the fields that its sample fills and no others, which is the least that
// encoding/xml can do; this package looks out for all that the schema has.
// Numbers, booleans and octets are read as such.

type xmlConnection struct {
	CallID   string `xml:"callID"`
	DeviceID string `xml:"deviceID"`
}

type xmlDevice struct {
	TypeOfNumber string `xml:"typeOfNumber,attr,omitempty"`
	Value        string `xml:",chardata"`
}

type xmlSubject struct {
	DeviceIdentifier *xmlDevice `xml:"deviceIdentifier"`
	NotKnown         *struct{}  `xml:"notKnown"`
}

type xmlRedirection struct {
	NumberDialed *xmlDevice `xml:"numberDialed"`
	NotRequired  *struct{}  `xml:"notRequired"`
}

type xmlData struct {
	String xmlOctets `xml:"string"`
}

// xmlOctets is an xsd:hexBinary.
type xmlOctets []byte

func (o xmlOctets) MarshalText() ([]byte, error) {
	return bytes.ToUpper(hex.AppendEncode(nil, o)), nil
}

func (o *xmlOctets) UnmarshalText(text []byte) (err error) {
	*o, err = hex.AppendDecode(nil, text)
	return err
}

type xmlLinkage struct {
	GlobalCallData struct {
		Domain string `xml:"globalCallSwitchingSubDomainName"`
		ID     struct {
			Content string `xml:",innerxml"`
		} `xml:"globalCallLinkageID"`
	} `xml:"globalCallData"`
}

type xmlMonitorStart struct {
	XMLName       xml.Name `xml:"http://www.ecma-international.org/standards/ecma-323/csta/ed6 MonitorStart"`
	MonitorObject struct {
		DeviceObject xmlDevice `xml:"deviceObject"`
	} `xml:"monitorObject"`
	RequestedMonitorFilter struct {
		Callcontrol struct {
			Held bool `xml:"held"`
		} `xml:"callcontrol"`
	} `xml:"requestedMonitorFilter"`
	MonitorType string `xml:"monitorType"`
}

type xmlMonitorStartResponse struct {
	XMLName              xml.Name `xml:"http://www.ecma-international.org/standards/ecma-323/csta/ed6 MonitorStartResponse"`
	MonitorCrossRefID    string   `xml:"monitorCrossRefID"`
	MonitorExistingCalls bool     `xml:"monitorExistingCalls"`
}

type xmlSnapshotDevice struct {
	XMLName        xml.Name `xml:"http://www.ecma-international.org/standards/ecma-323/csta/ed6 SnapshotDevice"`
	SnapshotObject string   `xml:"snapshotObject"`
}

type xmlSnapshotDeviceResponse struct {
	XMLName xml.Name `xml:"http://www.ecma-international.org/standards/ecma-323/csta/ed6 SnapshotDeviceResponse"`
	Data    struct {
		SnapshotData struct {
			Info []struct {
				ConnectionIdentifier xmlConnection `xml:"connectionIdentifier"`
				EndpointDevice       xmlSubject    `xml:"endpointDevice"`
				LocalCallState       struct {
					CompoundCallState struct {
						LocalConnectionState []string `xml:"localConnectionState"`
					} `xml:"compoundCallState"`
				} `xml:"localCallState"`
			} `xml:"snapshotDeviceResponseInfo"`
		} `xml:"snapshotData"`
	} `xml:"crossRefIDorSnapshotData"`
}

type xmlMakeCall struct {
	XMLName               xml.Name `xml:"http://www.ecma-international.org/standards/ecma-323/csta/ed6 MakeCall"`
	CallingDevice         string   `xml:"callingDevice"`
	CalledDirectoryNumber string   `xml:"calledDirectoryNumber"`
	AutoOriginate         string   `xml:"autoOriginate"`
	CorrelatorData        xmlData  `xml:"correlatorData"`
}

type xmlMakeCallResponse struct {
	XMLName       xml.Name      `xml:"http://www.ecma-international.org/standards/ecma-323/csta/ed6 MakeCallResponse"`
	CallingDevice xmlConnection `xml:"callingDevice"`
}

type xmlAnswerCall struct {
	XMLName          xml.Name      `xml:"http://www.ecma-international.org/standards/ecma-323/csta/ed6 AnswerCall"`
	CallToBeAnswered xmlConnection `xml:"callToBeAnswered"`
}

type xmlAnswerCallResponse struct {
	XMLName xml.Name `xml:"http://www.ecma-international.org/standards/ecma-323/csta/ed6 AnswerCallResponse"`
}

type xmlClearConnection struct {
	XMLName               xml.Name      `xml:"http://www.ecma-international.org/standards/ecma-323/csta/ed6 ClearConnection"`
	ConnectionToBeCleared xmlConnection `xml:"connectionToBeCleared"`
}

type xmlTransferCall struct {
	XMLName    xml.Name      `xml:"http://www.ecma-international.org/standards/ecma-323/csta/ed6 TransferCall"`
	HeldCall   xmlConnection `xml:"heldCall"`
	ActiveCall xmlConnection `xml:"activeCall"`
}

type xmlServiceInitiated struct {
	XMLName             xml.Name      `xml:"http://www.ecma-international.org/standards/ecma-323/csta/ed6 ServiceInitiatedEvent"`
	MonitorCrossRefID   string        `xml:"monitorCrossRefID"`
	InitiatedConnection xmlConnection `xml:"initiatedConnection"`
	InitiatingDevice    xmlSubject    `xml:"initiatingDevice"`
	LocalConnectionInfo string        `xml:"localConnectionInfo"`
	Cause               string        `xml:"cause"`
}

type xmlOriginated struct {
	XMLName              xml.Name      `xml:"http://www.ecma-international.org/standards/ecma-323/csta/ed6 OriginatedEvent"`
	MonitorCrossRefID    string        `xml:"monitorCrossRefID"`
	OriginatedConnection xmlConnection `xml:"originatedConnection"`
	CallingDevice        xmlSubject    `xml:"callingDevice"`
	CalledDevice         xmlSubject    `xml:"calledDevice"`
	LocalConnectionInfo  string        `xml:"localConnectionInfo"`
	Cause                string        `xml:"cause"`
}

type xmlDelivered struct {
	XMLName               xml.Name       `xml:"http://www.ecma-international.org/standards/ecma-323/csta/ed6 DeliveredEvent"`
	MonitorCrossRefID     string         `xml:"monitorCrossRefID"`
	Connection            xmlConnection  `xml:"connection"`
	AlertingDevice        xmlSubject     `xml:"alertingDevice"`
	CallingDevice         xmlSubject     `xml:"callingDevice"`
	CalledDevice          xmlSubject     `xml:"calledDevice"`
	LastRedirectionDevice xmlRedirection `xml:"lastRedirectionDevice"`
	LocalConnectionInfo   string         `xml:"localConnectionInfo"`
	CorrelatorData        xmlData        `xml:"correlatorData"`
	UserData              xmlData        `xml:"userData"`
	Cause                 string         `xml:"cause"`
	NetworkCallingDevice  xmlSubject     `xml:"networkCallingDevice"`
	NetworkCalledDevice   xmlSubject     `xml:"networkCalledDevice"`
	CallLinkageData       xmlLinkage     `xml:"callLinkageData"`
}

type xmlEstablished struct {
	XMLName               xml.Name       `xml:"http://www.ecma-international.org/standards/ecma-323/csta/ed6 EstablishedEvent"`
	MonitorCrossRefID     string         `xml:"monitorCrossRefID"`
	EstablishedConnection xmlConnection  `xml:"establishedConnection"`
	AnsweringDevice       xmlSubject     `xml:"answeringDevice"`
	CallingDevice         xmlSubject     `xml:"callingDevice"`
	CalledDevice          xmlSubject     `xml:"calledDevice"`
	LastRedirectionDevice xmlRedirection `xml:"lastRedirectionDevice"`
	LocalConnectionInfo   string         `xml:"localConnectionInfo"`
	Cause                 string         `xml:"cause"`
}

type xmlQueued struct {
	XMLName               xml.Name       `xml:"http://www.ecma-international.org/standards/ecma-323/csta/ed6 QueuedEvent"`
	MonitorCrossRefID     string         `xml:"monitorCrossRefID"`
	QueuedConnection      xmlConnection  `xml:"queuedConnection"`
	Queue                 xmlSubject     `xml:"queue"`
	CallingDevice         xmlSubject     `xml:"callingDevice"`
	CalledDevice          xmlSubject     `xml:"calledDevice"`
	LastRedirectionDevice xmlRedirection `xml:"lastRedirectionDevice"`
	NumberQueued          int            `xml:"numberQueued"`
	LocalConnectionInfo   string         `xml:"localConnectionInfo"`
	Cause                 string         `xml:"cause"`
}

type xmlDiverted struct {
	XMLName               xml.Name       `xml:"http://www.ecma-international.org/standards/ecma-323/csta/ed6 DivertedEvent"`
	MonitorCrossRefID     string         `xml:"monitorCrossRefID"`
	Connection            xmlConnection  `xml:"connection"`
	DivertingDevice       xmlSubject     `xml:"divertingDevice"`
	NewDestination        xmlSubject     `xml:"newDestination"`
	CallingDevice         xmlSubject     `xml:"callingDevice"`
	CalledDevice          xmlSubject     `xml:"calledDevice"`
	LastRedirectionDevice xmlRedirection `xml:"lastRedirectionDevice"`
	LocalConnectionInfo   string         `xml:"localConnectionInfo"`
	Cause                 string         `xml:"cause"`
}

type xmlHeld struct {
	XMLName             xml.Name      `xml:"http://www.ecma-international.org/standards/ecma-323/csta/ed6 HeldEvent"`
	MonitorCrossRefID   string        `xml:"monitorCrossRefID"`
	HeldConnection      xmlConnection `xml:"heldConnection"`
	HoldingDevice       xmlSubject    `xml:"holdingDevice"`
	LocalConnectionInfo string        `xml:"localConnectionInfo"`
	Cause               string        `xml:"cause"`
}

type xmlRetrieved struct {
	XMLName             xml.Name      `xml:"http://www.ecma-international.org/standards/ecma-323/csta/ed6 RetrievedEvent"`
	MonitorCrossRefID   string        `xml:"monitorCrossRefID"`
	RetrievedConnection xmlConnection `xml:"retrievedConnection"`
	RetrievingDevice    xmlSubject    `xml:"retrievingDevice"`
	LocalConnectionInfo string        `xml:"localConnectionInfo"`
	Cause               string        `xml:"cause"`
}

type xmlTransfered struct {
	XMLName                xml.Name      `xml:"http://www.ecma-international.org/standards/ecma-323/csta/ed6 TransferedEvent"`
	MonitorCrossRefID      string        `xml:"monitorCrossRefID"`
	PrimaryOldCall         xmlConnection `xml:"primaryOldCall"`
	SecondaryOldCall       xmlConnection `xml:"secondaryOldCall"`
	TransferringDevice     xmlSubject    `xml:"transferringDevice"`
	TransferredToDevice    xmlSubject    `xml:"transferredToDevice"`
	TransferredConnections struct {
		ConnectionListItem []struct {
			NewConnection *xmlConnection `xml:"newConnection"`
			OldConnection *xmlConnection `xml:"oldConnection"`
			Endpoint      *struct {
				DeviceID string `xml:"deviceID"`
			} `xml:"endpoint"`
		} `xml:"connectionListItem"`
	} `xml:"transferredConnections"`
	LocalConnectionInfo string `xml:"localConnectionInfo"`
	Cause               string `xml:"cause"`
}

type xmlConnectionCleared struct {
	XMLName             xml.Name      `xml:"http://www.ecma-international.org/standards/ecma-323/csta/ed6 ConnectionClearedEvent"`
	MonitorCrossRefID   string        `xml:"monitorCrossRefID"`
	DroppedConnection   xmlConnection `xml:"droppedConnection"`
	ReleasingDevice     xmlSubject    `xml:"releasingDevice"`
	LocalConnectionInfo string        `xml:"localConnectionInfo"`
	Cause               string        `xml:"cause"`
}

// peers are the samples that are measured, in the order of a call's life, with
// what encoding/xml reads them into.
var peers = [...]struct {
	sample string
	make   func() any
}{
	{"MonitorStart", func() any { return new(xmlMonitorStart) }},
	{"MonitorStartResponse", func() any { return new(xmlMonitorStartResponse) }},
	{"SnapshotDevice", func() any { return new(xmlSnapshotDevice) }},
	{"SnapshotDeviceResponse", func() any { return new(xmlSnapshotDeviceResponse) }},
	{"SnapshotDeviceResponse-calls", func() any { return new(xmlSnapshotDeviceResponse) }},
	{"MakeCall", func() any { return new(xmlMakeCall) }},
	{"MakeCallResponse", func() any { return new(xmlMakeCallResponse) }},
	{"ServiceInitiatedEvent", func() any { return new(xmlServiceInitiated) }},
	{"OriginatedEvent", func() any { return new(xmlOriginated) }},
	{"QueuedEvent", func() any { return new(xmlQueued) }},
	{"DivertedEvent", func() any { return new(xmlDiverted) }},
	{"DeliveredEvent", func() any { return new(xmlDelivered) }},
	{"AnswerCall", func() any { return new(xmlAnswerCall) }},
	{"AnswerCallResponse", func() any { return new(xmlAnswerCallResponse) }},
	{"EstablishedEvent", func() any { return new(xmlEstablished) }},
	{"HeldEvent", func() any { return new(xmlHeld) }},
	{"RetrievedEvent", func() any { return new(xmlRetrieved) }},
	{"TransferCall", func() any { return new(xmlTransferCall) }},
	{"TransferedEvent", func() any { return new(xmlTransfered) }},
	{"ClearConnection", func() any { return new(xmlClearConnection) }},
	{"ConnectionClearedEvent", func() any { return new(xmlConnectionCleared) }},
}
