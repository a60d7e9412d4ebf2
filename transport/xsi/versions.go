package xsi

// Versions says which versions of its commands and event packages a server
// speaks (GET versions).
type Versions struct {
	Commands      CommandVersions
	EventPackages *PackageVersions
}

// CommandVersions is the release of the commands and what changed since.
type CommandVersions struct {
	Baseline string // such as "21.0"
	Patched  []PatchedCommand
}

// PackageVersions is the release of the event packages and what changed since.
type PackageVersions struct {
	Baseline string // such as "21.0"
	Patched  []PatchedPackage
}

// PatchedCommand is a command that differs from the release.
type PatchedCommand struct {
	URI      string
	Versions []Version
}

// PatchedPackage is an event package that differs from the release.
type PatchedPackage struct {
	Name     string
	Versions []Version
}

// Version is one version of a command or an event package.
type Version struct {
	Value    string
	Features []string
}

// Root is "Versions".
func (*Versions) Root() string { return "Versions" }

func (d *Versions) fields(c *coder) {
	always(c, "commands", &d.Commands)
	one(c, "eventPackages", &d.EventPackages, opt)
}

func (v *CommandVersions) fields(c *coder) {
	text(c, "baseline", &v.Baseline, req)
	many(c, "patchedCommand", &v.Patched, opt)
}

func (v *PackageVersions) fields(c *coder) {
	text(c, "baseline", &v.Baseline, req)
	many(c, "patchedEventPackage", &v.Patched, opt)
}

func (p *PatchedCommand) fields(c *coder) {
	text(c, "uri", &p.URI, req)
	many(c, "version", &p.Versions, req)
}

func (p *PatchedPackage) fields(c *coder) {
	text(c, "name", &p.Name, req)
	many(c, "version", &p.Versions, req)
}

func (v *Version) fields(c *coder) {
	text(c, "value", &v.Value, req)
	texts(c, "feature", &v.Features, opt)
}
