"""
The process that opens files: a script, run by `gateway.extract.process` with nothing but pipes.

Whatever a file does to its reader, it does here: memory, processor time and files to write are bounded by
the system, no key of ours is in the environment, and the parent kills what takes too long. So it imports
nothing of this package. Each job is a line of JSON and the file's bytes; each result is a line of JSON.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any, BinaryIO

__all__ = ["main", "read"]

LEAST_PICTURE = 48  # pixels of the shorter side; a smaller one holds no sentence
MOST_PICTURES = 40  # of one file
MOST_OBJECTS = 200_000  # of one PDF that are looked through for texts beside its pages
STALE = frozenset(("/ID", "/Lookup", "/Panose", "/CheckSum", "/O", "/U", "/OE", "/UE", "/Perms", "/Parent"))
DATE = re.compile(r"D:\d{4,14}(?:Z|[+-]\d\d'\d\d'?)?")


class Job:
    """One file: its bounds, the texts found and what was not read."""

    def __init__(self, bounds: dict[str, int]) -> None:
        self.bounds = bounds
        self.texts: list[str] = []
        self.unread: dict[str, None] = {}
        self.left = bounds["text"]
        self.pictures = 0

    def skip(self, reason: str) -> None:
        self.unread[reason] = None

    def add(self, text: str) -> None:
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").replace("\0", "")
        if len(text) > self.left:
            self.skip("too_large")
            text = text[: self.left]
        self.left -= len(text)
        if text.strip():
            self.texts.append(text)


def read(data: bytes, kind: str, bounds: dict[str, int]) -> tuple[str, list[str]]:
    """The texts of a file, and what of it was not read."""
    job = Job(bounds)
    try:
        (_pdf if kind == "pdf" else _picture)(data, job)
    except MemoryError:
        job.skip("too_large")
    except RecursionError:
        job.skip("broken")
    return "\n".join(job.texts), list(job.unread)


# --- PDF


def _pdf(data: bytes, job: Job) -> None:
    import pypdf
    from pypdf.errors import LimitReachedError, PyPdfError

    most = job.bounds["expanded"]
    pypdf.overwrite_configuration(
        zlib_maximum_output_length=most,
        lzw_maximum_output_length=most,
        run_length_maximum_output_length=most,
        brotli_maximum_output_length=most,
        jbig2_maximum_output_length=most,
        array_based_stream_maximum_output_length=most,
        image_maximum_buffer_size=most,
        stream_decoding_work_maximum_length=4 * most,
        jbig2dec_binary=None,  # a program of somebody else's
    )
    broken = (PyPdfError, ValueError, KeyError, TypeError, IndexError, AttributeError, ArithmeticError, OSError)
    try:
        reader = pypdf.PdfReader(BytesIO(data))
        # One that opens without a password is open to every model's server, too.
        if reader.is_encrypted and not reader.decrypt(""):
            job.skip("encrypted")
            return
        pages = reader.flattened_pages or reader.pages
        count = len(reader.pages)
    except LimitReachedError:
        job.skip("too_large")
        return
    except (pypdf.errors.DependencyError, NotImplementedError):
        job.skip("encrypted")
        return
    except broken:
        job.skip("broken")
        return
    if count > job.bounds["pages"]:
        job.skip("too_many_pages")
    if not count:
        job.skip("broken")

    def attempt(part: Callable[[Any, Job], None], of: Any) -> None:
        try:
            part(of, job)
        except LimitReachedError:
            job.skip("too_large")
        except (*broken, NotImplementedError):
            job.skip("broken")

    for page in pages[: job.bounds["pages"]]:
        attempt(_page, page)
    attempt(_beside, reader)


def _page(page: Any, job: Job) -> None:
    text = page.extract_text()
    job.add(text)
    for drawn in _appearances(page):
        job.add(page.extract_xform_text(drawn))
    looked = job.pictures
    for image in page.images if job.bounds["see"] else ():
        if min(image.image.size) >= LEAST_PICTURE:
            _look(image.image, job)
    if not text.strip() and job.pictures == looked:
        contents = page.get_contents()
        if contents is not None and contents.get_data().strip():
            job.skip("no_text")


def _appearances(page: Any) -> Iterator[Any]:
    """What notes, stamps and fields of forms draw upon a page."""
    from pypdf.generic import StreamObject

    for note in page.get("/Annots") or ():
        looks = note.get_object().get("/AP")
        normal = looks.get_object().get("/N") if looks is not None else None
        if normal is None:
            continue
        normal = normal.get_object()
        states = [normal] if isinstance(normal, StreamObject) else [state.get_object() for state in normal.values()]
        yield from (state for state in states if isinstance(state, StreamObject))


def _beside(reader: Any, job: Job) -> None:
    """Texts that no page shows: titles, remarks, fields of forms, alternative texts, scripts."""
    from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, TextStringObject

    stack: list[Any] = [reader.trailer]
    seen: set[tuple[int, int]] = set()
    said: set[str] = set()
    visited = 0
    while stack:
        node = stack.pop()
        visited += 1
        if visited > MOST_OBJECTS:
            job.skip("too_large")
            return
        if isinstance(node, IndirectObject):
            if (node.idnum, node.generation) not in seen:
                seen.add((node.idnum, node.generation))
                stack.append(node.get_object())
        elif isinstance(node, TextStringObject):
            text = str(node)
            if text not in said and len(text) > 1 and not DATE.fullmatch(text):
                said.add(text)
                job.add(text)
        elif isinstance(node, DictionaryObject):
            if "/EF" in node or "/XFA" in node:
                job.skip("attachment")
            stack += [value for key, value in reversed(dict.items(node)) if key not in STALE]
        elif isinstance(node, ArrayObject):
            stack += reversed(list(list.__iter__(node)))


# --- pictures


def _picture(data: bytes, job: Job) -> None:
    from PIL import Image, UnidentifiedImageError

    Image.MAX_IMAGE_PIXELS = None  # we ask ourselves, below
    try:
        with Image.open(BytesIO(data)) as image:
            frames = getattr(image, "n_frames", 1)
            if frames > job.bounds["pages"]:
                job.skip("too_many_pages")
            for number in range(min(frames, job.bounds["pages"])):
                if frames > 1:
                    image.seek(number)
                _look(image, job)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, KeyError, IndexError, TypeError):
        job.skip("broken")


def _look(image: Any, job: Job) -> None:
    """Read what is written in a picture."""
    import numpy

    job.pictures += 1
    width, height = image.size
    if job.pictures > MOST_PICTURES:
        job.skip("too_many_pictures")
    elif width * height * 4 > job.bounds["expanded"]:
        job.skip("too_large")
    else:
        found = _eyes()(numpy.asarray(_flat(image))[:, :, ::-1])
        boxes = () if found.boxes is None else found.boxes
        job.add(_lines([(*_edges(box), text) for box, text in zip(boxes, found.txts or (), strict=True)]))


def _edges(box: Any) -> tuple[float, float, float]:
    """Upper, lower and left."""
    rows, columns = [float(y) for _, y in box], [float(x) for x, _ in box]
    return min(rows), max(rows), min(columns)


def _lines(boxes: list[tuple[float, float, float, str]]) -> str:
    """Words that stand beside each other as one line, from top to bottom."""
    lines: list[list[tuple[float, float, float, str]]] = []
    for box in sorted(boxes, key=lambda b: b[0] + b[1]):
        upper, lower, *_ = lines[-1][-1] if lines else (0.0, 0.0)
        if min(lower, box[1]) - max(upper, box[0]) > (box[1] - box[0]) / 2:
            lines[-1].append(box)
        else:
            lines.append([box])
    return "\n".join(" ".join(box[3] for box in sorted(line, key=lambda b: b[2])) for line in lines)


def _flat(image: Any) -> Any:
    """On white, where it is transparent."""
    from PIL import Image

    if image.mode not in ("RGBA", "LA", "PA") and "transparency" not in image.info:
        return image.convert("RGB")
    coloured = image.convert("RGBA")
    white = Image.new("RGBA", coloured.size, "white")
    white.alpha_composite(coloured)
    return white.convert("RGB")


_engine: Any = None


def _eyes() -> Any:
    global _engine
    if _engine is None:
        from rapidocr import RapidOCR

        one = {f"EngineConfig.onnxruntime.{name}_op_num_threads": 1 for name in ("intra", "inter")}
        _engine = RapidOCR(params={**one, "Global.log_level": "critical"})
    return _engine


# --- the process


def main(jobs: BinaryIO, results: BinaryIO, paths: list[str], memory: int) -> None:
    sys.path[:] = paths
    _confine(memory)
    while line := jobs.readline():
        job = json.loads(line)
        data = jobs.read(job["size"])
        if len(data) < job["size"]:
            return
        _allow(job["seconds"])
        text, unread = read(data, job["kind"], job["bounds"])
        results.write(json.dumps({"text": text, "unread": unread}).encode() + b"\n")
        results.flush()


def _confine(memory: int) -> None:
    try:
        import resource
    except ImportError:  # not on Windows; the parent's clock holds there, too
        return
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _allow(seconds: float) -> None:
    """Processor time for one job, in case that nobody is left to look at the clock."""
    try:
        import resource
    except ImportError:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime + seconds) + 2
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.getrlimit(resource.RLIMIT_CPU)[1]))


if __name__ == "__main__":
    own_out = sys.stdout.buffer
    sys.stdout = sys.stderr  # whatever a library prints is no result
    main(sys.stdin.buffer, own_out, json.loads(sys.argv[1]), int(sys.argv[2]))
