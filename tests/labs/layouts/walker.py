# SPDX-License-Identifier: MIT
"""What the kernel makes of an initramfs: a second reader, which shares nothing with the first.

Sources: Linux Documentation/driver-api/early-userspace/buffer-format.rst, init/initramfs.c (its states), lib/decompress.c
(its magic numbers), lib/decompress_unlz4.c; RFC 8878 for where a zstd frame ends; Microsoft's PE format.
"""

import bz2
import lzma
import shutil
import stat
import struct
import subprocess
import zlib

PATH_MAX = 4096
SUFFIXES = (".ko", ".ko.gz", ".ko.xz", ".ko.zst")


class Broken(Exception):
    """The kernel would say so and unpack no further."""


class Unpacked:
    """Names as the kernel creates them, each with its mode and content; a later one is over an earlier."""

    def __init__(self):
        self.entries = 0
        self.names = {}
        self.links = {}  # of names that are one file: until the end of an archive
        self.segments = []  # (format, offset, size, unpacked, entries)

    def add(self, name, mode, data, file=None):
        """do_name(): what is below a folder that is not there cannot be made, and is passed over. @file: what tells it
        from others, where it has several names; its content may come with any of them."""
        self.entries += 1
        folder = self.real(name.rpartition("/")[0])
        if folder and not stat.S_ISDIR(self.names.get(folder, (0,))[0]):
            return
        place = f"{folder}/{name.rpartition('/')[2]}".lstrip("/")
        same = self.links.setdefault(file, []) if file else []
        data = data or next((self.names[other][1] for other in same), b"")
        same.append(place)
        for other in same:
            self.names[other] = (mode, data)

    def real(self, path):
        """A path with the links of its folders followed, as creating a file in them does."""
        done, hops = [], 0
        todo = [part for part in path.split("/") if part not in ("", ".")]
        while todo:
            part = todo.pop(0)
            here = "/".join([*done, part])
            mode, target = self.names.get(here, (0, b""))
            if stat.S_ISLNK(mode) and hops < 40:
                hops += 1
                target = target.decode()
                done = [] if target.startswith("/") else done
                todo = [p for p in target.split("/") if p not in ("", ".")] + todo
            elif part == "..":
                done = done[:-1]
            else:
                done.append(part)
        return "/".join(done)

    def modules(self):
        return {name for name, (mode, _) in self.names.items()
                if stat.S_ISREG(mode) and name.endswith(SUFFIXES) and "lib/modules/" in name}


def unpack(data, out=None):
    """unpack_to_rootfs()"""
    out, at = out or Unpacked(), 0
    plain = None  # where the plain archive at hand began
    while at < len(data):
        before = out.entries
        if data[at] == ord("0") and at % 4 == 0:
            if plain is None:
                plain = len(out.segments)
                out.segments.append(["cpio", at, 0, 0, 0])
            at = entry(data, at, out)
            segment = out.segments[plain]
            segment[2] = segment[3] = at - segment[1]
            segment[4] += out.entries - before
        elif data[at] == 0:
            at += 1
        else:
            plain = None
            name, content, used = decompress(data, at)
            archive(content, out)
            out.segments.append([name, at, used, len(content), out.entries - before])
            at += used
    return out


def archive(data, out):
    """flush_buffer(): what comes out of a decompressor may be archives and zeros only."""
    at = 0
    while at < len(data):
        if data[at] == ord("0"):
            at = entry(data, at, out)
        elif data[at] == 0:
            at += 1
        else:
            raise Broken("junk within compressed archive")


def entry(data, at, out):
    """One entry; returns where the next may be."""
    head = data[at:at + 110]
    if len(head) < 110:
        raise Broken("cut off in a header")
    if head[:6] not in (b"070701", b"070702"):
        raise Broken("no cpio magic")
    fields = [int(head[i:i + 8], 16) for i in range(6, 110, 8)]
    mode, size, length = fields[1], fields[6], fields[11]
    body = at + 110 + length
    body += -body % 4
    end = body + size
    end += -end % 4
    if end > len(data) and body + size > len(data):
        raise Broken("cut off in an entry")
    if not 0 < length <= PATH_MAX:
        return end
    name = data[at + 110:at + 110 + length - 1].split(b"\0")[0].decode(errors="surrogateescape")
    if stat.S_ISLNK(mode) and size > PATH_MAX:
        return end
    if head[:6] == b"070702" and stat.S_ISREG(mode) and sum(data[body:body + size]) & 0xffffffff != fields[12]:
        raise Broken("bad data checksum")
    if name == "TRAILER!!!":
        out.links.clear()
    else:
        several = fields[4] > 1 and stat.S_ISREG(mode)
        out.add(name.lstrip("/"), mode, data[body:body + size],
                (fields[0], fields[7], fields[8]) if several else None)
    return end


# Decompressors: (format, content, bytes used).

def whole(name, decompressor, data, at):
    content = decompressor.decompress(data[at:])
    if not decompressor.eof:
        raise Broken(f"{name} ends too early")
    return name, content, len(data) - at - len(decompressor.unused_data)


def zstd_frame(data, at):
    """The bytes of one frame, and its blocks as (kind, content). RFC 8878, section 3.1.1"""
    flags = data[at + 4]
    single = flags >> 5 & 1
    place = at + 5 + (not single) + (0, 1, 2, 4)[flags & 3] + ((1 if single else 0), 2, 4, 8)[flags >> 6]
    blocks, last = [], False
    while not last:
        header = int.from_bytes(data[place:place + 3], "little")
        last, kind, size = header & 1, header >> 1 & 3, header >> 3
        length = 1 if kind == 1 else size
        blocks.append((kind, size, data[place + 3:place + 3 + length]))
        place += 3 + length
        if place > len(data) or kind == 3:
            raise Broken("zstd ends too early")
    return place - at + (4 if flags & 4 else 0), blocks


def zstd(data, at):
    used, blocks = zstd_frame(data, at)
    if all(kind < 2 for kind, _, _ in blocks):
        return "zstd", b"".join(content if kind == 0 else content * size for kind, size,
                                content in blocks), used
    return "zstd", program("zstd", data[at:at + used]), used


def program(name, data):
    if not shutil.which(name):
        raise Broken(f"{name} is not installed")
    return subprocess.run([name, "-dcq"], input=data, stdout=subprocess.PIPE, check=True).stdout


def lz4_block(data):
    """LZ4's block format: literals, then a match that may overlap what it makes."""
    out, at = bytearray(), 0

    def length(first):
        nonlocal at
        total = first
        while first == 15:
            total, at, more = total + data[at], at + 1, data[at]
            if more != 255:
                break
        return total

    while at < len(data):
        token, at = data[at], at + 1
        literals = length(token >> 4)
        out += data[at:at + literals]
        at += literals
        if at >= len(data):
            break
        offset, at = data[at] | data[at + 1] << 8, at + 2
        count = 4 + length(token & 15)
        for _ in range(count):
            out.append(out[-offset])
    return bytes(out)


def lz4(data, at):
    place, content = at + 4, []
    while place + 4 <= len(data):
        size, = struct.unpack_from("<I", data, place)
        if size == 0:
            break
        place += 4
        if size == 0x184c2102:
            continue
        if place + size > len(data):
            raise Broken("lz4 ends too early")
        content.append(lz4_block(data[place:place + size]))
        place += size
    return "lz4 legacy", b"".join(content), place - at


def decompress(data, at):
    magic = data[at:at + 2]
    if magic in (b"\x1f\x8b", b"\x1f\x9e"):
        return whole("gzip", zlib.decompressobj(31), data, at)
    if magic == b"BZ":
        return whole("bzip2", bz2.BZ2Decompressor(), data, at)
    if magic == b"\xfd7":
        return whole("xz", lzma.LZMADecompressor(lzma.FORMAT_XZ), data, at)
    if magic == b"\x5d\0":
        return whole("lzma", lzma.LZMADecompressor(lzma.FORMAT_ALONE), data, at)
    if magic == b"\x28\xb5":
        return zstd(data, at)
    if magic == b"\x02\x21":
        return lz4(data, at)
    raise Broken(f"invalid magic at start of compressed archive: {magic.hex()}")


# UKIs.

def sections(data):
    """Sections of a PE file: name -> bytes, without what fills them up."""
    place, = struct.unpack_from("<I", data, 0x3c)
    if data[:2] != b"MZ" or data[place:place + 4] != b"PE\0\0":
        raise Broken("no PE file")
    count, optional = struct.unpack_from("<H", data,
                                         place + 6)[0], struct.unpack_from("<H", data, place + 20)[0]
    found = {}
    for i in range(count):
        at = place + 24 + optional + 40 * i
        name = data[at:at + 8].rstrip(b"\0").decode()
        size, _, raw, offset = struct.unpack_from("<IIII", data, at + 8)
        found[name] = data[offset:offset + min(size, raw)]
    return found


def unpack_uki(data):
    """What systemd's stub hands over: microcode, then the initramfs, each filled up to four bytes."""
    found, out = sections(data), Unpacked()
    for name in (".ucode", ".initrd"):
        if name in found:
            unpack(found[name], out)
    return out


def read(data):
    return unpack_uki(data) if data[:2] == b"MZ" else unpack(data)
