package powerfs

import (
	"context"
	"os"
	"path/filepath"
	"syscall"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
)

// node is a file or folder. Names, modes and times go straight to the folder
// behind the disk; contents and lengths go through file. Locks are the kernel's.
type node struct {
	*fs.LoopbackNode
	disk *Disk
}

var (
	_ fs.NodeWrapChilder = (*node)(nil)
	_ fs.NodeCreater     = (*node)(nil)
	_ fs.NodeOpener      = (*node)(nil)
	_ fs.NodeSetattrer   = (*node)(nil)
	_ fs.NodeTmpfiler    = (*node)(nil)
)

// WrapChild makes the nodes that the loopback file system finds ours.
func (n *node) WrapChild(_ context.Context, ops fs.InodeEmbedder) fs.InodeEmbedder {
	if child, ok := ops.(*fs.LoopbackNode); ok {
		return &node{LoopbackNode: child, disk: n.disk}
	}
	return ops
}

func (n *node) Create(ctx context.Context, name string, flags, mode uint32, out *fuse.EntryOut) (*fs.Inode, fs.FileHandle, uint32, syscall.Errno) {
	child, theirs, _, errno := n.LoopbackNode.Create(ctx, name, flags, mode, out)
	if errno != fs.OK {
		return nil, nil, 0, errno
	}
	if r, ok := theirs.(fs.FileReleaser); ok {
		r.Release(ctx)
	}
	h, err := n.disk.open(child.StableAttr().Ino, filepath.Join(n.disk.backing, n.Path(nil), name))
	if err != nil {
		return nil, nil, 0, fs.ToErrno(err)
	}
	return child, h, 0, fs.OK
}

func (n *node) Open(_ context.Context, flags uint32) (fs.FileHandle, uint32, syscall.Errno) {
	h, err := n.open()
	if err != nil {
		return nil, 0, fs.ToErrno(err)
	}
	if flags&syscall.O_TRUNC != 0 {
		if err := h.resize(0); err != nil {
			h.close()
			return nil, 0, fs.ToErrno(err)
		}
	}
	return h, fuse.FOPEN_KEEP_CACHE, fs.OK
}

func (n *node) open() (*handle, error) {
	return n.disk.open(n.StableAttr().Ino, filepath.Join(n.disk.backing, n.Path(nil)))
}

// Setattr changes the length itself and leaves the rest to the loopback.
func (n *node) Setattr(ctx context.Context, f fs.FileHandle, in *fuse.SetAttrIn, out *fuse.AttrOut) syscall.Errno {
	if size, ok := in.GetSize(); ok {
		h, opened := f.(*handle)
		if !opened {
			var err error
			if h, err = n.open(); err != nil {
				return fs.ToErrno(err)
			}
			defer h.close()
		}
		if err := h.resize(int64(size)); err != nil {
			return fs.ToErrno(err)
		}
		in.Valid &^= fuse.FATTR_SIZE
	}
	return n.LoopbackNode.Setattr(ctx, f, in, out)
}

// Tmpfile makes no file without a name: the loopback would not tell us what is
// written there.
func (n *node) Tmpfile(context.Context, uint32, uint32, *fuse.EntryOut) (*fs.Inode, fs.FileHandle, uint32, syscall.Errno) {
	return nil, nil, 0, syscall.ENOSYS
}

// handle is a file that a program has open. It offers no more than this: with
// allocation, copying of ranges or a file descriptor for the kernel, data would
// get past the file.
type handle struct{ *file }

var (
	_ fs.FileReader    = (*handle)(nil)
	_ fs.FileWriter    = (*handle)(nil)
	_ fs.FileFsyncer   = (*handle)(nil)
	_ fs.FileGetattrer = (*handle)(nil)
	_ fs.FileReleaser  = (*handle)(nil)
)

// open opens a file; all who have it open share it.
func (d *Disk) open(ino uint64, path string) (*handle, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	f := d.files[ino]
	if f == nil {
		backing, err := os.OpenFile(path, os.O_RDWR, 0)
		if err != nil {
			return nil, err
		}
		f = &file{disk: d, name: filepath.Base(path), backing: backing}
		d.files[ino] = f
	}
	f.opens++
	return &handle{f}, nil
}

// close forgets the file when nobody has it open and everything is synced.
func (h *handle) close() {
	d := h.disk
	d.mu.Lock()
	defer d.mu.Unlock()
	h.opens--
	for ino, f := range d.files {
		if f == h.file && f.opens == 0 && len(f.unsynced) == 0 {
			f.backing.Close()
			delete(d.files, ino)
		}
	}
}

func (h *handle) Read(_ context.Context, dest []byte, off int64) (fuse.ReadResult, syscall.Errno) {
	n, err := h.read(dest, off)
	return fuse.ReadResultData(dest[:n]), fs.ToErrno(err)
}

func (h *handle) Write(_ context.Context, data []byte, off int64) (uint32, syscall.Errno) {
	n, err := h.write(data, off)
	if err != nil {
		return 0, fs.ToErrno(err)
	}
	return uint32(n), fs.OK
}

func (h *handle) Fsync(context.Context, uint32) syscall.Errno { return h.sync() }

func (h *handle) Getattr(_ context.Context, out *fuse.AttrOut) syscall.Errno {
	var st syscall.Stat_t
	if err := syscall.Fstat(int(h.backing.Fd()), &st); err != nil {
		return fs.ToErrno(err)
	}
	out.FromStat(&st)
	return fs.OK
}

func (h *handle) Release(context.Context) syscall.Errno {
	h.close()
	return fs.OK
}
