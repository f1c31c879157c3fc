"""The demo: an invented world on loopback, a mailbox that catches the alerts, and a scorecard against the truth."""

from listening.demo.beside import Beside
from listening.demo.guest import let_in, lived_through, show_board, world_clock
from listening.demo.mailbox import Mail, Mailbox, read_mails
from listening.demo.run import run_demo
from listening.demo.scorecard import Held, Scorecard, look, score, show
from listening.demo.sites import Sites, serve
from listening.demo.truth import Truth, read_truth
from listening.demo.world import World, cut_inside, load_world, sample_folder

__all__ = [
    "Beside",
    "Held",
    "Mail",
    "Mailbox",
    "Scorecard",
    "Sites",
    "Truth",
    "World",
    "cut_inside",
    "let_in",
    "lived_through",
    "load_world",
    "look",
    "read_mails",
    "read_truth",
    "run_demo",
    "sample_folder",
    "score",
    "serve",
    "show",
    "show_board",
    "world_clock",
]
