"""A mail server of the tests, and what the weekly report that it takes must hold."""

from __future__ import annotations

import base64
import contextlib
import email
import email.policy
import re
from collections.abc import Iterator

from aiosmtpd.controller import Controller
from playwright.sync_api import sync_playwright

from rasure.places.plan.page import FLAGS, browser_path
from rasure.runtime.drawn import DOTS
from rasure.runtime.photograph import colours

RECIPIENTS = ["commander@force.example", "deputy@force.example"]
IMAGE = re.compile(rb"/DCTDecode.*?stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
# JavaScript: the width of a picture, how many dots of its parts have the colours of the
# marking's banner and letters, and how many differ from the ground of the map. The
# hexagons among them are left to the tests of the page: on a map of a whole force they
# are two or three dots wide, and a JPEG takes the colour from so few.
PARTS = """async encoded => {
    const {data, width: across} = await DOTS(encoded);
    const count = (left, top, width, height, isWanted) => {
        let found = 0;
        for (let y = top; y < top + height; y++)
            for (let x = left; x < left + width; x++) {
                const i = 4 * (y * across + x);
                if (isWanted(data[i], data[i + 1], data[i + 2])) found++;
            }
        return found;
    };
    const isNear = (...wanted) => (...dot) =>
        dot.reduce((sum, part, i) => sum + Math.abs(part - wanted[i]), 0) < 60;
    const isGround = isNear(0xee, 0xf2, 0xf5);
    const isDrawn = (...dot) => !isGround(...dot);
    return {
        width: across,
        banner: count(0, 0, across, 60, isNear(0x17, 0x32, 0x4d)),
        letters: count(across / 2 - 100, 20, 200, 26, isNear(255, 255, 255)),
        map: count(40, 320, across / 2 - 80, 480, isDrawn),
    };
}""".replace("DOTS", DOTS)


class MailServer:
    """A mail server on this machine that keeps what it takes."""

    def __init__(self) -> None:
        self.taken: list[tuple[list[str], email.message.EmailMessage]] = []

    async def handle_DATA(self, server, session, envelope) -> str:
        message = email.message_from_bytes(
            envelope.content, policy=email.policy.default
        )
        self.taken.append((envelope.rcpt_tos, message))
        return "250 taken"

    def newest(self, count: int) -> list[tuple[list[str], email.message.EmailMessage]]:
        """The messages after the first `count`."""
        return self.taken[count:]


@contextlib.contextmanager
def serve_mail(port: int) -> Iterator[MailServer]:
    """Take mail on a port of loopback."""
    server = MailServer()
    server.port = port
    controller = Controller(server, hostname="127.0.0.1", port=port)
    controller.start()
    yield server
    controller.stop()


@contextlib.contextmanager
def blank_page() -> Iterator:
    """A page of a browser, in which pictures are looked at."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=browser_path(), args=list(FLAGS)
        )
        yield browser.new_page()
        browser.close()


def body(message) -> str:
    """The HTML of a message."""
    return message.get_body(("html",)).get_content()


def check_week(page, recipients: list[str], message) -> None:
    """The weekly report: to whom, its marking, a page for each tab, the map drawn."""
    assert recipients == RECIPIENTS
    assert message["Subject"] == "[OFFICIAL] Serious violence, the week"
    assert message["From"] == "rasure@force.example"
    assert "<p><b>OFFICIAL</b></p>" in body(message)
    (pdf,) = [
        part.get_payload(decode=True)
        for part in message.walk()
        if part.get_content_maintype() == "application"
    ]
    assert pdf.startswith(b"%PDF")
    pictures = IMAGE.findall(pdf)
    assert len(pictures) == 2, "one page for each tab"
    overview, places = (
        page.evaluate(PARTS, base64.b64encode(picture).decode()) for picture in pictures
    )
    for picture in (overview, places):
        assert picture["width"] == 1440
        assert picture["banner"] > 1440 * 20, "the banner of the marking"
        assert picture["letters"] > 100, "the letters of the marking"
    assert places["map"] > 5000, "the outlines and hexagons of the map"
    assert colours(page, pictures[1]) > 1000
