package measure

// Figures are what one subject did in one go.
type Figures struct {
	Events    int     `json:"events"`
	PerSecond float64 `json:"per_second"`
	Latency   Summary `json:"latency"`
	CPU       Used    `json:"cpu"`
}
