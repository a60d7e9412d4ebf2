package xsi_test

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"

	"github.com/holdline/holdline/transport/xsi"
)

func ExampleDecode() {
	doc, info, err := xsi.Decode([]byte(`<Channel xmlns="http://schema.broadsoft.com/xsi">
		<expires>86400</expires>
		<channelId>0d6c3f2e</channelId>
	</Channel>`))
	if err != nil {
		log.Fatal(err)
	}
	granted := doc.(*xsi.Channel)
	fmt.Println(granted.ChannelID, *granted.Expires)
	fmt.Println("forgiven:", info.Leniencies)
	// Output:
	// 0d6c3f2e 86400
	// forgiven: order
}

func ExampleAppend() {
	doc, err := xsi.Append(nil, &xsi.EventResponse{EventID: "e1", StatusCode: xsi.StatusTryNext, Reason: "not leader"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(string(doc))
	// Output:
	// <?xml version="1.0" encoding="UTF-8"?>
	// <EventResponse xmlns="http://schema.broadsoft.com/xsi"><eventID>e1</eventID><statusCode>500</statusCode><reason>not leader</reason></EventResponse>
}

// A server that tells one event, and a client that acknowledges it once it is
// safe.
func ExampleEventChannel_Run() {
	server := httptest.NewServer(serveOneEvent())
	defer server.Close()

	client, err := xsi.NewClient(xsi.Options{URL: server.URL, Credentials: xsi.Basic("admin@pbx.example", "secret")})
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()

	ctx := context.Background()
	channel, err := client.Open(ctx, xsi.Channel{ChannelSetID: "app-cluster-a", ApplicationID: "app"}, xsi.ChannelOptions{})
	if err != nil {
		log.Fatal(err)
	}
	defer channel.Close()

	err = channel.Run(ctx, func(d xsi.Delivery) {
		event, ok := d.Document.(*xsi.SubscriptionEvent)
		if !ok {
			return
		}
		switch data := event.Data.(type) {
		case *xsi.HookStatusEvent:
			fmt.Println(event.Target(), "is", data.Status)
		case *xsi.UnknownEvent:
			fmt.Println("skipped:", data.Type)
		}
		// ... commit, and only then:
		err := channel.Respond(ctx, xsi.EventResponse{EventID: event.EventID, StatusCode: xsi.StatusDelivered, Reason: "OK"})
		if err != nil {
			log.Fatal(err)
		}
	})
	fmt.Println(err)
	// Output:
	// agent100@pbx.example is Off-Hook
	// the event channel was terminated: Expired
}

func serveOneEvent() http.Handler {
	mux := http.NewServeMux()
	answered := make(chan struct{})
	mux.HandleFunc("POST /com.broadsoft.async/com.broadsoft.xsi-events/v2.0/channel", func(w http.ResponseWriter, r *http.Request) {
		stream, err := xsi.OpenStream(w, xsi.Channel{ChannelID: "c1"})
		if err != nil {
			log.Fatal(err)
		}
		event := &xsi.SubscriptionEvent{
			EventID: "e1", SequenceNumber: 1, UserID: "admin@pbx.example", ExternalApplicationID: "app", SubscriptionID: "s1",
			ChannelID: "c1", TargetID: "agent100@pbx.example", Data: &xsi.HookStatusEvent{Status: xsi.OffHook},
		}
		if err := stream.Send(event); err != nil {
			log.Fatal(err)
		}
		<-answered
		if err := stream.Send(&xsi.ChannelTerminatedEvent{ChannelID: "c1", Reason: xsi.Expired}); err != nil {
			log.Fatal(err)
		}
	})
	mux.HandleFunc("POST /com.broadsoft.xsi-events/v2.0/channel/eventresponse", func(w http.ResponseWriter, r *http.Request) {
		doc, _, err := xsi.ReadRequest(r, 0)
		if response, ok := doc.(*xsi.EventResponse); err != nil || !ok || response.StatusCode != xsi.StatusDelivered {
			log.Fatal(doc, err)
		}
		if err := xsi.Reply(w, http.StatusOK, nil); err != nil {
			log.Fatal(err)
		}
		close(answered)
	})
	return mux
}
