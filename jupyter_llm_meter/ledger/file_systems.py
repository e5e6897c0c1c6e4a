"""The kind of file system that a ledger's file is on.

SQLite's WAL needs memory that all processes with the file share. Machines share none over a network,
and SQLite does not notice: two machines that write at once damage the file. Locks work on most of them.
"""

from __future__ import annotations

import re
from pathlib import Path

OVER_NETWORK = frozenset(
    {
        "nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "lustre", "gpfs", "beegfs", "orangefs",
        "ocfs2", "gfs2", "pvfs2", "fuse.sshfs", "fuse.glusterfs", "fuse.ceph", "fuse.s3fs", "fuse.rclone",
        "fuse.gcsfuse", "fuse.juicefs", "fuse.blobfuse2", "fuse.mount-s3", "virtiofs",
    }
)  # fmt: skip
"""Kinds that more than one machine may have mounted, as Linux names them."""

MOUNTS = Path("/proc/self/mountinfo")
_ESCAPED = re.compile(r"\\([0-7]{3})")


def file_system(path: Path) -> str | None:
    """The kind of the file system that a path is on, such as ``ext4``; None where it is unknown.

    Only Linux lists its mounts in a file; see proc_pid_mountinfo(5).
    """
    try:
        lines = MOUNTS.read_text("utf-8", "surrogateescape").splitlines()
        place = path.resolve()
    except OSError:
        return None
    found, longest = None, -1
    for line in lines:
        fields, _, source = line.partition(" - ")
        words, kind = fields.split(), source.partition(" ")[0]
        if len(words) < 5 or not kind:
            continue
        mounted = Path(_ESCAPED.sub(lambda match: chr(int(match[1], 8)), words[4]))
        # Of two mounts at one place the later one is seen.
        if len(mounted.parts) >= longest and (place == mounted or mounted in place.parents):
            found, longest = kind, len(mounted.parts)
    return found


def is_over_network(path: Path) -> bool:
    """Whether other machines may use a file, as far as that is known."""
    return file_system(path) in OVER_NETWORK
