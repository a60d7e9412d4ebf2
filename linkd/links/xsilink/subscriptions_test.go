package xsilink

import (
	"fmt"
	"testing"

	"github.com/holdline/holdline/transport/xsi"
)

// The interface has no pages: the list of 20,000 subscriptions is one document, and is
// read.
func TestListOfManySubscriptions(t *testing.T) {
	const many = 20000
	list := &xsi.SubscriptionList{}
	for i := range many {
		list.Subscriptions = append(list.Subscriptions, xsi.Subscription{
			SubscriptionID: fmt.Sprintf("5b0f6a52-0c7d-4c0b-9a55-%012d", i), SubscriberID: "ctiadmin@pbx.example", TargetIDType: xsi.TargetUser,
			TargetID: fmt.Sprintf("%d@pbx.example", 100000+i), Packages: []xsi.Package{
				xsi.PackageAdvancedCall, xsi.PackageCallCenterAgent, xsi.PackageDoNotDisturb,
				xsi.PackageCallForwardingAlways, xsi.PackageCallForwardingBusy, xsi.PackageCallForwardingNoAnswer,
			},
			Expires: new(86400), ChannelSetID: "holdline:9f86d081884c7d659a2feaa0c55ad015:bw", ApplicationID: "holdline",
		})
	}
	doc, err := xsi.Append(nil, list)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d subscriptions are %d octets", many, len(doc))
	if len(doc) > maxDocument {
		t.Errorf("%d octets are more than what is read of a document, %d", len(doc), maxDocument)
	}
	got, _, err := xsi.Decode(doc)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(got.(*xsi.SubscriptionList).Subscriptions); n != many {
		t.Errorf("%d subscriptions were read", n)
	}
}
