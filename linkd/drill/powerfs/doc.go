// Package powerfs is a disk whose power can be cut, for tests: a FUSE file system
// over a folder. Programs see what they wrote; when the power is cut, what was
// written to a file and not yet synced (fsync, fdatasync) is gone, in whole or,
// as a disk may write in any order and stop in the middle, in random parts.
//
// Only the contents and lengths of files are lost. Names are durable at once:
// creating, renaming and removing outlive a cut even if no folder was synced. So a
// file that was renamed before its contents were synced is found empty or torn
// under its new name, and a missing sync of a folder is not found.
//
// It runs on Linux, where FUSE can be had; elsewhere the package is empty. It
// never belongs into a program that keeps data, and never starts or ends the
// programs that use the disk. The process that serves the disk must never map a
// file of it into memory: a page fault would wait for the process itself.
package powerfs
