package csta

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// filler fills messages with values that can be sent as they are.
type filler struct{ *rand.Rand }

func (r filler) text() string {
	alphabet := []rune("0123456789abcXYZ <>&\"'ü日\U0001F4DE\n\t\r]]>;")
	text := make([]rune, 1+r.IntN(12))
	for i := range text {
		text[i] = alphabet[r.IntN(len(alphabet))]
	}
	return string(text)
}

func (r filler) octets() []byte {
	b := make([]byte, r.IntN(6))
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

func (r filler) kind(n int) DeviceKind { return DeviceKind(1 + r.IntN(n)) }

// choice returns one alternative of the structs that are written as choices,
// nil for all others.
func (r filler) choice(t reflect.Type) any {
	first := r.IntN(2) == 0
	text := r.text()
	switch reflect.Zero(t).Interface().(type) {
	case SubjectDeviceID:
		if k := r.kind(3); k != DeviceIdentifier {
			return SubjectDeviceID{Kind: k}
		}
		return Subject(text)
	case RedirectionDeviceID:
		if k := r.kind(5); k != DeviceIdentifier {
			return RedirectionDeviceID{Kind: k}
		}
		return Redirection(text)
	case Endpoint:
		if k := r.kind(3); k != DeviceIdentifier {
			return Endpoint{Kind: k}
		}
		return Endpoint{DeviceIdentifier, DeviceID{Value: text}}
	case MonitorObject:
		if first {
			return MonitorObject{DeviceObject: DeviceID{Value: text}}
		}
		return MonitorObject{CallObject: Connection(text, text)}
	case DeviceSnapshot:
		if first {
			return DeviceSnapshot{ServiceCrossRefID: text}
		}
		s := DeviceSnapshot{SnapshotData: make([]SnapshotDeviceResponseInfo, 1+r.IntN(3))}
		r.fillAll(reflect.ValueOf(s.SnapshotData))
		return s
	case CallSnapshot:
		if first {
			return CallSnapshot{ServiceCrossRefID: text}
		}
		s := CallSnapshot{SnapshotData: make([]SnapshotCallResponseInfo, 1+r.IntN(3))}
		r.fillAll(reflect.ValueOf(s.SnapshotData))
		return s
	case MonitorData:
		return MonitorData{ServiceCrossRefID: text}
	case RegistrationData:
		return RegistrationData{RegistrationList: "<r/>"}
	case LocalCallState:
		if first {
			return LocalCallState{SimpleCallState: text}
		}
		return LocalCallState{CompoundCallState: []LocalConnectionState{StateHold, LocalConnectionState(text)}}
	case PrivateData:
		if first {
			return PrivateData{String: r.octets()}
		}
		return PrivateData{Private: "<p>x</p>"}
	case SessionError:
		if first {
			return SessionError{ApplError: text}
		}
		return SessionError{DefinedError: DefinedSessionError(text)}
	case SessionEndReason:
		return SessionEndReason{AppEndReason: text}
	case SessionTermReason:
		return SessionTermReason{ServerTermReason: text}
	case RemainRetries:
		if first {
			return RemainRetries{RetryCount: new(r.IntN(9))}
		}
		return RemainRetries{NoCountAvailable: true}
	case ErrorCode:
		if first {
			return ErrorCode{Category: ErrorUnspecified}
		}
		return ErrorCode{errorCategories[r.IntN(7)], ErrorValue(text)}
	case MonitorFilter:
		present := FilterBits(r.Uint64()) & (FilterPartiallyInService<<1 - 1)
		f := MonitorFilter{Groups: 0xFF, Present: present, Set: present & FilterBits(r.Uint64())}
		return f
	case StatusFilter:
		present := StatusBits(r.Uint32()) & (StatusBitOverloadRelieved<<1 - 1)
		return StatusFilter{present, present & StatusBits(r.Uint32())}
	case RequestTypes:
		present := RequestBits(r.Uint32()) & (RegisterSwitchingFunctionDevicesChanged<<1 - 1)
		return RequestTypes{present, present & RequestBits(r.Uint32())}
	case CallCharacteristics:
		present := CharacteristicBits(r.Uint32()) & (EncryptedCall<<1 - 1)
		return CallCharacteristics{present, present & CharacteristicBits(r.Uint32())}
	}
	return nil
}

func (r filler) fill(v reflect.Value) {
	if c := r.choice(v.Type()); c != nil {
		v.Set(reflect.ValueOf(c))
		return
	}
	optional := r.IntN(4) == 0
	switch v.Kind() {
	case reflect.String:
		if v.Type() != reflect.TypeFor[RawXML]() {
			v.SetString(r.text())
		} else if !optional {
			v.SetString([]string{"<a/>", `<v:a xmlns:v="urn:v" v:b="&lt;">&#252;<c/></v:a>`, "<t>text<u/></t>"}[r.IntN(3)])
		}
	case reflect.Bool:
		v.SetBool(r.IntN(2) == 0)
	case reflect.Int:
		v.SetInt(r.Int64N(100000) - 1000)
	case reflect.Pointer:
		if !optional {
			v.Set(reflect.New(v.Type().Elem()))
			r.fill(v.Elem())
		}
	case reflect.Slice:
		switch {
		case optional:
		case v.Type().Elem().Kind() == reflect.Uint8:
			v.SetBytes(r.octets())
		default:
			v.Set(reflect.MakeSlice(v.Type(), 1+r.IntN(3), 8))
			r.fillAll(v)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			r.fill(v.Field(i))
		}
	default:
		panic(fmt.Sprintf("a message has a field of type %v", v.Type()))
	}
}

func (r filler) fillAll(slice reflect.Value) {
	for i := range slice.Len() {
		r.fill(slice.Index(i))
	}
}

// What is sent is read as the same message, every field of it.
func FuzzRoundTrip(f *testing.F) {
	var names []string
	for _, m := range loadSchema(f) {
		names = append(names, m.name)
	}
	slices.Sort(names)
	for i := range names {
		f.Add(uint64(i), uint64(7*i+1))
	}
	f.Fuzz(func(t *testing.T, which, seed uint64) {
		r := filler{rand.New(rand.NewPCG(which, seed))}
		m := newMessage(names[which%uint64(len(names))])
		r.fill(reflect.ValueOf(m).Elem())
		out, err := Append(nil, m, Ed6)
		var missing *MissingError
		if errors.As(err, &missing) {
			return
		}
		if err != nil {
			t.Fatalf("%s: %v", m.Name(), err)
		}
		back, info, err := Decode(out)
		if err != nil || info.Leniencies != 0 {
			t.Fatalf("%v %+v\n%s", err, info, out)
		}
		if diff := cmp.Diff(m, back); diff != "" {
			t.Fatalf("%s\n%s", diff, out)
		}
	})
}

// The generator of FuzzRoundTrip reaches messages of every type.
func TestRoundTrip_Coverage(t *testing.T) {
	for name := range messageNames(t) {
		sent := 0
		for seed := range uint64(50) {
			r := filler{rand.New(rand.NewPCG(1, seed))}
			m := newMessage(name)
			r.fill(reflect.ValueOf(m).Elem())
			if Check(m, Ed6) == nil {
				sent++
			}
		}
		if sent == 0 {
			t.Errorf("no %s is ever sent", name)
		}
	}
}
