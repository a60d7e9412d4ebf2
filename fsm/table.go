package fsm

import (
	"cmp"
	"iter"

	"github.com/tidwall/btree"
)

// table is an ordered map of immutable objects. A copy costs one pointer and
// stays as it was while the original goes on; the original remembers which keys
// changed since the last state hash.
type table[K cmp.Ordered, V any] struct {
	m     *btree.Map[K, V]
	dirty map[K]struct{} // nil in a copy
}

func newTable[K cmp.Ordered, V any]() table[K, V] {
	return table[K, V]{m: new(btree.Map[K, V]), dirty: make(map[K]struct{})}
}

func (t *table[K, V]) copy() table[K, V] { return table[K, V]{m: t.m.Copy()} }

func (t *table[K, V]) get(k K) (V, bool) { return t.m.Get(k) }

func (t *table[K, V]) put(k K, v V) {
	t.m.Set(k, v)
	t.dirty[k] = struct{}{}
}

func (t *table[K, V]) delete(k K) {
	if _, ok := t.m.Delete(k); ok {
		t.dirty[k] = struct{}{}
	}
}

func (t *table[K, V]) len() int { return t.m.Len() }

// all yields every object in the order of the keys. The table must not change
// meanwhile.
func (t *table[K, V]) all() iter.Seq2[K, V] {
	return func(yield func(K, V) bool) { t.m.Scan(yield) }
}

// from yields the objects whose keys are not below k, in order.
func (t *table[K, V]) from(k K) iter.Seq2[K, V] {
	return func(yield func(K, V) bool) { t.m.Ascend(k, yield) }
}

// index is a table that can be worked out from others: it is neither in the
// snapshot nor in the hash.
type index[K cmp.Ordered, V any] struct{ m *btree.Map[K, V] }

func newIndex[K cmp.Ordered, V any]() index[K, V] { return index[K, V]{m: new(btree.Map[K, V])} }

func (x *index[K, V]) copy() index[K, V]    { return index[K, V]{m: x.m.Copy()} }
func (x *index[K, V]) get(k K) (V, bool)    { return x.m.Get(k) }
func (x *index[K, V]) put(k K, v V)         { x.m.Set(k, v) }
func (x *index[K, V]) delete(k K)           { x.m.Delete(k) }
func (x *index[K, V]) len() int             { return x.m.Len() }
func (x *index[K, V]) all() iter.Seq2[K, V] { return func(y func(K, V) bool) { x.m.Scan(y) } }
func (x *index[K, V]) from(k K) iter.Seq2[K, V] {
	return func(y func(K, V) bool) { x.m.Ascend(k, y) }
}

// down yields the entries whose keys are not above k, from the last one on.
func (x *index[K, V]) down(k K) iter.Seq2[K, V] {
	return func(y func(K, V) bool) { x.m.Descend(k, y) }
}
