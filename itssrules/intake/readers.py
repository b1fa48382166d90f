"""Files to rows of text: CSV and Parquet, with the row numbers that Excel shows."""

from __future__ import annotations

import codecs
import csv
import gzip
import hashlib
import io
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.compute
import pyarrow.csv
import pyarrow.parquet

from itssrules.errors import IntakeError, check_stopped
from itssrules.model.results import Reject
from itssrules.model.rule import Text

DELIMITERS = ",;\t|"
BLOCK = 4 << 20
SAMPLE = 1 << 20
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
MAX_REJECTS_KEPT = 1000
ROW = "__row"


class NotATable(Exception):
    """The file holds no table that a reader knows; `why` says what it seems to be."""

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(en)
        self.why = Text(zh, en)


@dataclass
class RawFile:
    """A file opened for reading: its header row and how its cells are to be read.

    Columns are called c0, c1, … in batches, in the order of `header`; `rejects` fills while
    reading with rows whose number of cells is not the header's.
    """

    path: Path
    kind: str
    header: tuple[str, ...]
    sha256: str
    bytes: int
    encoding: str = ""
    delimiter: str = ""
    lines: int = 0
    """Line ends in the file: more than its rows where cells span lines."""
    rejects: list[Reject] = field(default_factory=list)
    rejected: int = 0
    failure: IntakeError | None = None
    """What stopped the reading; a database that reads the batches hides it in its own error."""

    def batches(self, columns: Sequence[int]) -> pa.RecordBatchReader:
        """Rows as text batches of the wanted columns and their row number (`__row`, header = 1).

        Raises IntakeError where the file turns out to be damaged.
        """
        self.rejects, self.rejected, self.failure = [], 0, None
        names = [f"c{i}" for i in columns]
        schema = pa.schema([(n, pa.string()) for n in names] + [(ROW, pa.int64())])
        source = self._csv(columns, names) if self.kind == "csv" else self._parquet(columns, names)
        return pa.RecordBatchReader.from_batches(schema, self._guard(source))

    def swallowed(self) -> str:
        """SQL test of rows with a cell that holds whole rows: a quotation mark is missing."""
        cut = re.escape(self.delimiter)
        row = rf"\n([^{cut}\n]*{cut}){{{len(self.header) - 1}}}[^{cut}\n]*(\n|$)"
        delimiter_sql, most = f"chr({ord(self.delimiter)})", len(self.header) - 1
        count = "length({0}) - length(replace({0}, {1}, ''))"
        tests = (
            f"(contains(c{i}, chr(10)) and (regexp_matches(c{i}, '{row}')"
            f" or {most} > 2 and {count.format(f'c{i}', delimiter_sql)}"
            f" = {most} * ({count.format(f'c{i}', 'chr(10)')})))"
            for i in range(len(self.header))
        )
        return " or ".join(tests)

    def reject(self, number: int, why: Text, text: str) -> None:
        """Count a row that makes no record; the first ones are kept."""
        self.rejected += 1
        if len(self.rejects) < MAX_REJECTS_KEPT:
            self.rejects.append(Reject(number, why, text[:200]))

    def _guard(self, source: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        try:
            yield from source
        except (pa.ArrowInvalid, pa.ArrowException, OSError, EOFError, UnicodeError) as e:
            self.failure = self.failure or damaged(self.path, str(e).split("\n")[0])
            raise self.failure from e

    def _csv(self, columns: Sequence[int], names: list[str]) -> Iterator[pa.RecordBatch]:
        every = [f"c{i}" for i in range(len(self.header))]
        skipped: list[int] = []

        def invalid(row: Any) -> str:
            skipped.append(row.number)
            return self._reject(row)

        with _stream(self.path) as stream:
            reader = pyarrow.csv.open_csv(
                stream,
                read_options=pyarrow.csv.ReadOptions(
                    column_names=every, block_size=BLOCK, use_threads=False,
                    encoding="utf8" if self.encoding.startswith("utf-8") else self.encoding,
                ),
                parse_options=pyarrow.csv.ParseOptions(
                    delimiter=self.delimiter, newlines_in_values=True, ignore_empty_lines=False,
                    invalid_row_handler=invalid,
                ),
                convert_options=pyarrow.csv.ConvertOptions(
                    column_types={n: pa.string() for n in names}, strings_can_be_null=False,
                    include_columns=names or every[:1],
                ),
            )  # fmt: skip
            number = 1
            for batch in reader:
                numbers, number = _numbers(number, batch.num_rows, skipped)
                arrays = [batch.column(n) for n in names] if names else []
                yield _first_dropped(pa.record_batch([*arrays, numbers], names=[*names, ROW]))

    def _reject(self, row: Any) -> str:
        text = row.text or ""
        if text.count('"') % 2:
            open_at = f"row {row.number} opens a quotation mark that is never closed"
            self.failure = damaged(self.path, open_at)
            return "error"
        have, want = row.actual_columns, row.expected_columns
        zh, en = (
            f"该行有 {have} 个单元格，表头有 {want} 列",
            f"{have} cells where the header has {want}",
        )
        self.reject(row.number, Text(zh, en), text)
        return "skip"

    def _parquet(self, columns: Sequence[int], names: list[str]) -> Iterator[pa.RecordBatch]:
        number = 1
        with pyarrow.parquet.ParquetFile(self.path) as file:
            wanted = [self.header[i] for i in columns] or list(self.header[:1])
            for batch in file.iter_batches(columns=wanted):
                arrays = [_as_text(batch.column(self.header[i])) for i in columns]
                last = number + batch.num_rows
                numbers = pa.array(range(number, last), pa.int64())
                number = last
                yield pa.record_batch([*arrays, numbers], names=[*names, ROW])


def damaged(path: Path, why: str) -> IntakeError:
    """The error for a file whose kind is known and whose content cannot be read.

    Raises KeyboardInterrupt where it could not be read since the user asked to stop.
    """
    check_stopped()
    return IntakeError(
        f"is damaged or cut off ({why})", place=str(path), hint="export it again, then run again"
    )


def open_file(path: Path) -> RawFile:
    """Look into a file: kind, encoding, delimiter, header, SHA-256.

    Raises NotATable where it is no table, IntakeError where it is a damaged one.
    """
    try:
        with path.open("rb") as f:
            sha256 = hashlib.file_digest(f, "sha256").hexdigest()
            f.seek(0)
            start = f.read(8)
        size = path.stat().st_size
    except OSError as e:
        raise IntakeError(
            f"cannot be opened ({e.strerror})", place=str(path), hint="check the file's rights"
        ) from e
    if not size:
        raise NotATable("the file is empty", "文件是空的")
    if start[:4] == b"PAR1" or path.suffix == ".parquet":
        return RawFile(path, "parquet", _parquet_header(path), sha256, size)
    if start[:2] == b"PK" or start == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise NotATable(
            "it is an Excel workbook or an archive; save the sheet as CSV UTF-8",
            "这是 Excel 工作簿或压缩包，请另存为 CSV UTF-8",
        )
    try:
        encoding, sample, lines = _encoding(path)
        delimiter, header = _dialect(sample)
    except (EOFError, OSError) as e:
        raise damaged(path, str(e)) from e
    return RawFile(path, "csv", header, sha256, size, encoding, delimiter, lines)


def _parquet_header(path: Path) -> tuple[str, ...]:
    try:
        return tuple(pyarrow.parquet.read_schema(path).names)
    except (pa.ArrowInvalid, pa.ArrowException, OSError) as e:
        raise damaged(path, str(e).split("\n")[0]) from e


def _stream(path: Path) -> Any:
    return pa.input_stream(str(path), compression="gzip" if _is_gzip(path) else None)


def _is_gzip(path: Path) -> bool:
    with path.open("rb") as f:
        return f.read(2) == b"\x1f\x8b"


def _bytes(path: Path) -> IO[bytes]:
    return gzip.open(path, "rb") if _is_gzip(path) else path.open("rb")  # type: ignore[return-value]


def _encoding(path: Path) -> tuple[str, str, int]:
    """The encoding that the whole file bears, its beginning as text, and its line ends."""
    with _bytes(path) as f:
        sample = f.read(SAMPLE)
        utf8, lines = _scan(sample, f)
    for mark, name in MARKS:
        if sample.startswith(mark):
            return name, sample.decode(name, errors="ignore"), lines
    if b"\0" in sample[:4096]:
        raise NotATable("it is a binary file, no text", "这是二进制文件，不是文本")
    if utf8:
        return "utf-8", sample.decode("utf-8", errors="ignore"), lines
    if not _is_western(sample):
        with suppress(UnicodeDecodeError):
            return "gb18030", codecs.getincrementaldecoder("gb18030")().decode(sample), lines
    return "cp1252", sample.decode("cp1252", errors="replace"), lines


def _is_western(sample: bytes) -> bool:
    """Accented letters stand alone among ASCII; Chinese characters are pairs of high bytes."""
    runs = re.findall(rb"[\x80-\xff]+", sample)
    return sum(len(r) == 1 for r in runs) > sum(len(r) > 1 for r in runs)


def _scan(sample: bytes, rest: IO[bytes]) -> tuple[bool, int]:
    """Whether every byte is UTF-8, and how many line ends there are."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    utf8, lines, block = True, 0, sample
    while block:
        lines += block.count(b"\n")
        following = rest.read(BLOCK)
        if utf8:
            try:
                decoder.decode(block, final=not following)
            except UnicodeDecodeError:
                utf8 = False
        block = following
    return utf8, lines


def _dialect(sample: str) -> tuple[str, tuple[str, ...]]:
    """The delimiter that cuts the first rows most evenly, and the header row."""
    text = sample.removeprefix("\ufeff")
    best: tuple[int, str, tuple[str, ...]] = (0, ",", ())
    for delimiter in DELIMITERS:
        rows = _first_rows(text, delimiter)
        width = len(rows[0]) if rows else 0
        even = sum(len(r) == width for r in rows)
        score = width * even if width > 1 else 0
        if score > best[0]:
            best = (score, delimiter, tuple(rows[0]))
    if best[0]:
        return best[1], best[2]
    rows = _first_rows(text, ",")
    if not rows or not rows[0] or not rows[0][0].strip():
        raise NotATable("no header row was found in it", "没有找到表头行")
    return ",", tuple(rows[0])


def _first_rows(text: str, delimiter: str, many: int = 50) -> list[list[str]]:
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            if row or not rows:
                rows.append(row)
            if len(rows) > many:
                break
    except csv.Error:
        return rows
    return rows[:-1] if len(text) >= SAMPLE and len(rows) > 1 else rows


def _numbers(number: int, count: int, skipped: list[int]) -> tuple[pa.Array, int]:
    """Row numbers of the next `count` rows, leaving out the skipped ones; and the one after."""
    gaps = sorted(n for n in skipped if n >= number)
    found: list[int] = []
    current = number
    for gap in gaps:
        take = min(gap - current, count - len(found))
        found.extend(range(current, current + take))
        current += take
        if current != gap or len(found) == count:
            break
        current += 1
    rest = count - len(found)
    found.extend(range(current, current + rest))
    return pa.array(found, pa.int64()), current + rest


def _first_dropped(batch: pa.RecordBatch) -> pa.RecordBatch:
    is_first = batch.num_rows and batch.column(ROW)[0].as_py() == 1
    return batch.slice(1) if is_first else batch


def _as_text(array: pa.Array) -> pa.Array:
    """A Parquet column as text; moments in UTC carry their offset."""
    kind = array.type
    if pa.types.is_dictionary(kind):
        array, kind = array.dictionary_decode(), kind.value_type
    if pa.types.is_timestamp(kind):
        text = pa.compute.strftime(array.cast(pa.timestamp("us", kind.tz)), "%Y-%m-%dT%H:%M:%S")
        if kind.tz is None:
            return text
        utc = array.cast(pa.timestamp("us", "UTC"))
        text = pa.compute.strftime(utc, "%Y-%m-%dT%H:%M:%S")
        return pa.compute.binary_join_element_wise(text, "+00:00", "")
    if pa.types.is_binary(kind) or pa.types.is_nested(kind):
        return pa.array([None if v is None else str(v) for v in array.to_pylist()], pa.string())
    return array.cast(pa.string())
