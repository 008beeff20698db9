"""The table as a picture: ratios as bars on a logarithmic axis, and the roofline. Plain SVG, no package needed."""
import html
import math

WIDTH, ROW, LEFT, RIGHT = 900, 18, 320, 40
ROOF_HEIGHT = 360
STYLE = ("text{font:12px sans-serif;fill:#222}.axis{stroke:#bbb}.one{stroke:#222}.faster{fill:#2a78b5}"
         ".slower{fill:#c8553d}.roof{stroke:#222;fill:none;stroke-width:1.5}.dot{fill:#2a78b5;fill-opacity:.8}")


def text(x, y, words, anchor="start"):
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{html.escape(str(words))}</text>'


def line(x1, y1, x2, y2, kind):
    return f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def ticks(low, high):
    """1, 2 and 5 times powers of ten."""
    power = math.floor(math.log10(low))
    while 10**power <= high:
        yield from (step * 10.0**power for step in (1, 2, 5) if low <= step * 10.0**power <= high)
        power += 1


def bars(rows, top):
    ratios = [row["ratio"] for row in rows]
    low, high = min(0.5, *ratios) * 0.9, max(2, *ratios) * 1.1

    def across(ratio):
        return LEFT + math.log(ratio / low) / math.log(high / low) * (WIDTH - LEFT - RIGHT)

    bottom = top + ROW * len(rows)
    for at in ticks(low, high):
        yield line(across(at), top, across(at), bottom, "one" if at == 1 else "axis")
        yield text(across(at), top - 4, f"{at:g}x", "middle")
    for number, row in enumerate(rows):
        y = top + ROW * number
        begin, end = sorted((across(1), across(row["ratio"])))
        kind = "faster" if row["ratio"] >= 1 else "slower"
        yield (f'<rect class="{kind}" x="{begin:.1f}" y="{y + 3}" width="{max(end - begin, 1):.1f}" height="{ROW - 6}">'
               f'<title>{html.escape(row["case"])}: {row["ricci_ms"]:.3f} ms, {html.escape(row["peer"])}: '
               f'{row["peer_ms"]:.3f} ms</title></rect>')
        yield text(LEFT - 8, y + ROW - 5, row["case"], "end")
        yield text(end + 4, y + ROW - 5, f"{row['ratio']:.1f}")


def roofline(machine, rows, top):
    dots = [(row["flops"] / row["bytes"], row["flops"] / row["ricci_ms"] / 1e6, row["case"]) for row in rows
            if row["flops"] and row["bytes"]]
    peak, bandwidth = machine["dgemm_gflops"], machine["stream_gbs"]
    xs, ys = [x for x, _, _ in dots] + [peak / bandwidth], [y for _, y, _ in dots] + [peak]
    (x0, x1), (y0, y1) = (min(xs) / 1.5, max(xs) * 1.5), (min(ys) / 1.5, max(ys) * 1.5)
    bottom = top + ROOF_HEIGHT

    def place(x, y):
        return (60 + math.log(x / x0) / math.log(x1 / x0) * (WIDTH - 60 - RIGHT),
                bottom - math.log(y / y0) / math.log(y1 / y0) * ROOF_HEIGHT)

    for at in ticks(x0, x1):
        yield line(*place(at, y0), *place(at, y1), "axis")
        yield text(place(at, y0)[0], bottom + 14, f"{at:g}", "middle")
    for at in ticks(y0, y1):
        yield line(*place(x0, at), *place(x1, at), "axis")
        yield text(54, place(x0, at)[1] + 4, f"{at:g}", "end")
    knee = peak / bandwidth
    start = max(x0, y0 / bandwidth)
    points = [place(start, start * bandwidth), place(knee, peak), place(x1, peak)]
    yield f'<polyline class="roof" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in points)}"/>'
    for x, y, case in dots:
        cx, cy = place(x, y)
        yield f'<circle class="dot" cx="{cx:.1f}" cy="{cy:.1f}" r="4"><title>{html.escape(case)}</title></circle>'
    yield text(WIDTH / 2, bottom + 32, "flops a byte (inputs and result)", "middle")
    yield text(60, top - 8, f"GFLOP/s; the roof: {peak:.0f} GFLOP/s of dgemm, {bandwidth:.0f} GB/s")


def drawn(machine, rows):
    rows = [row for row in rows if row["ratio"]]
    if not rows:
        return f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="40">{text(10, 20, "nothing measured")}</svg>\n'
    roof = 60 + ROW * len(rows) + 60
    height = roof + ROOF_HEIGHT + 50
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}">',
             f"<style>{STYLE}</style>", f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>',
             text(10, 20, "Time of the best peer over ricci's (right of 1x: ricci is faster)")]
    return "\n".join([*parts, *bars(rows, 54), *roofline(machine, rows, roof), "</svg>"]) + "\n"
