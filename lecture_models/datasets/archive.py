"""A zip file from outside: members by name, in memory, never written to disk under names of its own.

Nothing that the archive says of itself is believed: sizes are counted while reading, names are only ever keys.
"""

from __future__ import annotations

import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from lecture_models.datasets.model import DataSetError

MEMBERS = 500
"""Most files of an archive."""
UNPACKED = 96 << 20
"""Most bytes of all files together, unpacked."""
RATIO = 200
"""Most times that a file may be larger than what it was packed to; a file below ``SMALL`` bytes may be any."""
SMALL = 1 << 20
NAME = 200
"""Longest name of a file, in characters."""
WAYS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
NO_ZIP = "This file is no zip archive that can be read. Pack the folder as .zip and send that."
IGNORED = re.compile(r"(^|/)(__MACOSX/|\.|Thumbs\.db$)")


class Archive:
    """The files of an opened archive.

    Args:
        file: the archive.

    Raises:
        DataSetError: a member's name leads out of the folder, is a link, or a limit of this module is passed.
    """

    def __init__(self, file: zipfile.ZipFile) -> None:
        self.file = file
        if any(not one.filename for one in file.infolist()):
            raise DataSetError(NO_ZIP)
        infos = [one for one in file.infolist() if not one.is_dir()]
        if len(file.infolist()) > MEMBERS:
            raise DataSetError(
                f"An archive may have at most {MEMBERS} files; this one has {len(file.infolist())}. Send fewer."
            )
        self.left = UNPACKED
        self.members: dict[str, zipfile.ZipInfo] = {}
        for info in file.infolist():
            self._check(info)
        for info in infos:
            name = inside(info.filename)
            if name in self.members:
                raise DataSetError(f"{told(name)} is in the archive twice. Pack the folder anew.")
            if not IGNORED.search(name):
                self.members[name] = info
        if (whole := sum(info.file_size for info in infos)) > UNPACKED:
            raise DataSetError(
                f"An archive may unpack to at most {UNPACKED >> 20} MB; this one says {whole >> 20} MB. "
                "Send fewer pictures."
            )

    @property
    def names(self) -> list[str]:
        """Names of the files, in order."""
        return sorted(self.members)

    def read(self, name: str, most: int) -> bytes:
        """The content of a file of at most ``most`` bytes. Raises DataSetError for more, or if it is damaged."""
        try:
            with self.file.open(self.members[name]) as member:
                content = member.read(min(most, self.left) + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError):
            raise DataSetError(f"{told(name)} cannot be unpacked. Pack the folder anew.") from None
        if len(content) > most:
            raise DataSetError(f"{told(name)} unpacks to more than {most >> 20} MB. Send a smaller one.")
        if len(content) > self.left:
            raise DataSetError(
                f"The files read unpack to more than {UNPACKED >> 20} MB. Send fewer pictures."
            )
        self.left -= len(content)
        return content

    def _check(self, info: zipfile.ZipInfo) -> None:
        name = told(info.filename)
        if inside(info.filename) == "":
            raise DataSetError(
                f"{name} leads out of the folder, or is no plain name: no “:”, at most {NAME} letters. Name it anew."
            )
        if stat.S_ISLNK(info.external_attr >> 16):
            raise DataSetError(f"{name} is a link, not a file. Pack the files themselves.")
        if info.flag_bits & 1:
            raise DataSetError(f"{name} is encrypted. Pack the folder without a password.")
        if info.compress_type not in WAYS:
            raise DataSetError(
                f"{name} is packed in a way that is not read here. Pack it as an ordinary zip."
            )
        if info.file_size > max(SMALL, RATIO * info.compress_size):
            raise DataSetError(
                f"{name} unpacks to more than {RATIO} times its packed size, as a zip bomb does. Pack the folder anew."
            )


@contextmanager
def opened(path: str | Path) -> Iterator[Archive]:
    """The archive in a file. Raises DataSetError for what is none, and as :class:`Archive`."""
    try:
        file = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, OverflowError):
        raise DataSetError(NO_ZIP) from None
    with file:
        yield Archive(file)


def inside(name: str) -> str:
    r"""A member's name as a plain relative path; empty where it leads anywhere else.

    >>> inside("a/./b.png"), inside("../b.png"), inside("/etc/passwd"), inside("c:\\b.png"), inside("a\\..\\b")
    ('a/b.png', '', '', '', '')
    """
    if not name or len(name) > NAME or re.search(r"[\x00-\x1f:]", name):
        return ""
    path = PurePosixPath(name.replace("\\", "/"))  # as some programs write it
    return "" if path.is_absolute() or ".." in path.parts else path.as_posix()


def told(name: object, limit: int = 80) -> str:
    r"""A name as a message shows it: printable, and short from its end, where it differs from others.

    >>> told("a\x1bb"), told("x" * 99, 5)
    ('a b', '…xxxx')
    """
    text = "".join(one if one.isprintable() else " " for one in str(name)[-4 * limit :])
    return text if len(text) <= limit else "…" + text[len(text) - limit + 1 :]
