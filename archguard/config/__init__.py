"""Configuration: find the files, parse them, bind them to contracts, and validate them against the code."""

from archguard.config.binding import bind_document, bound_contract, make_contract
from archguard.config.config import Accepted, AssistantMarks, Config, Origin, did_you_mean
from archguard.config.discovery import configuration_files, contract_files, find_configuration
from archguard.config.document import Document
from archguard.config.load_codebase import read
from archguard.config.loader import read_config
from archguard.config.packs import find_pack, packs
from archguard.config.read_document import read_document
from archguard.config.validation import component_faults, contract_faults

__all__ = [
    "Accepted",
    "AssistantMarks",
    "Config",
    "Document",
    "Origin",
    "bind_document",
    "bound_contract",
    "component_faults",
    "configuration_files",
    "contract_faults",
    "contract_files",
    "did_you_mean",
    "find_configuration",
    "find_pack",
    "make_contract",
    "packs",
    "read",
    "read_config",
    "read_document",
]
