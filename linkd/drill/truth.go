package drill

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"

	"github.com/holdline/holdline/transport/switchsim"
)

// Truth is what the simulated switch says of itself (its GET /truth).
type Truth struct {
	Seq   uint64
	Calls []struct {
		ID          string
		Linkage     string
		Version     uint64
		Connections []struct{ Device, State string }
	}
	Ended []struct {
		ID, Linkage, Reason, Into string
		Seq                       uint64
	}
	Agents []struct {
		ID, Device string
		Version    uint64
		Groups     []struct{ Group, State, Pending string }
	}
	Devices []struct {
		ID, Kind string
		Manual   bool
		DND      bool
		Version  uint64
	}
	Counters map[string]any
	Names    map[string][]string

	// Of a BroadWorks only.
	tracking map[string]string // tracking ID → call, of calls that are over as well
	users    map[string]bool   // whose parts it tells; nil: everybody's
}

// ReadTruth asks the switch whose control address is given.
func ReadTruth(ctx context.Context, control string) (*Truth, error) {
	var t Truth
	if err := get(ctx, "http://"+control+"/truth", &t); err != nil {
		return nil, fmt.Errorf("read the switch's truth: %w", err)
	}
	return &t, nil
}

// Break has the switch whose control address is given make a fault.
func Break(ctx context.Context, control string, f switchsim.Fault) error {
	body, err := json.Marshal(f)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+control+"/fault/"+f.Kind, bytes.NewReader(body))
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("break the switch: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(io.LimitReader(resp.Body, 1024))
		return fmt.Errorf("break the switch: %s: %s", resp.Status, text)
	}
	return nil
}

func get(ctx context.Context, url string, into any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(io.LimitReader(resp.Body, 1024))
		return fmt.Errorf("%s: %s: %s", url, resp.Status, text)
	}
	return json.NewDecoder(resp.Body).Decode(into)
}
