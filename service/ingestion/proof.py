"""temporary"""
from dataclasses import dataclass
@dataclass
class P:
    tables: tuple; facts: tuple; identities: tuple=(); findings: tuple=()
def prove(tables, facts, vocabulary): return P(tables, facts)
