package health

import (
	"fmt"
	"reflect"
	"strings"
	"unicode"

	"github.com/prometheus/client_golang/prometheus"
)

// RegisterStats shows a package's own counters, which it returns as a struct
// like raftnet.Stats: each uint64 field becomes a counter named
// prefix_field_name_total, each int field a gauge named prefix_field_name.
// Fields of other types are left out. read is called for each scrape.
func RegisterStats[T any](reg prometheus.Registerer, prefix string, read func() T) error {
	c := &statsCollector{read: func() reflect.Value { return reflect.ValueOf(read()) }}
	t := reflect.TypeFor[T]()
	if t.Kind() != reflect.Struct {
		return fmt.Errorf("show %s in metrics: %s is no struct", prefix, t)
	}
	for i := range t.NumField() {
		f := t.Field(i)
		series := statsField{index: i, kind: prometheus.GaugeValue}
		name := prefix + "_" + snake(f.Name)
		switch f.Type.Kind() {
		case reflect.Uint64:
			series.kind = prometheus.CounterValue
			name += "_total"
		case reflect.Int:
		default:
			continue
		}
		series.desc = prometheus.NewDesc(name, "See "+t.String()+"."+f.Name+".", nil, nil)
		c.fields = append(c.fields, series)
	}
	if err := reg.Register(c); err != nil {
		return fmt.Errorf("show %s in metrics: %w", prefix, err)
	}
	return nil
}

type statsCollector struct {
	read   func() reflect.Value
	fields []statsField
}

type statsField struct {
	index int
	kind  prometheus.ValueType
	desc  *prometheus.Desc
}

// Describe implements prometheus.Collector.
func (c *statsCollector) Describe(ch chan<- *prometheus.Desc) {
	for _, f := range c.fields {
		ch <- f.desc
	}
}

// Collect implements prometheus.Collector.
func (c *statsCollector) Collect(ch chan<- prometheus.Metric) {
	v := c.read()
	for _, f := range c.fields {
		var n float64
		if f.kind == prometheus.CounterValue {
			n = float64(v.Field(f.index).Uint())
		} else {
			n = float64(v.Field(f.index).Int())
		}
		ch <- prometheus.MustNewConstMetric(f.desc, f.kind, n)
	}
}

// snake turns TimedOut into timed_out.
func snake(name string) string {
	var b strings.Builder
	for i, r := range name {
		if unicode.IsUpper(r) && i > 0 {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}
