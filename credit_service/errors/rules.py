"""What the author of the rules can mend."""

from __future__ import annotations

from credit_service.errors.families import RulebookError


class RuleSyntax(RulebookError):
    """A rule file cannot be read or has a wrong shape."""

    code = "rule_syntax"


class UnknownIndicator(RulebookError):
    """A rule names a field, list, measure or category that does not exist."""

    code = "unknown_indicator"


class RuleOverlap(RulebookError):
    """Two versions of a rule, or two rows of a table, are in force for the same case."""

    code = "rule_overlap"


class RuleWithoutSource(RulebookError):
    """A rule or entry names no source."""

    code = "rule_without_source"


class RuleNotInForce(RulebookError):
    """No version of the rule is in force on the day asked for."""

    code = "rule_not_in_force"


class RuleUnreachable(RulebookError):
    """No fact whatever can make a rule apply: it contradicts itself, or earlier rules take all of its cases."""

    code = "rule_unreachable"


class RuleNotMonotone(RulebookError):
    """A worse fact would help a subject, or a further honour would hurt it."""

    code = "rule_not_monotone"


class RuleOutsideBounds(RulebookError):
    """A term lies outside what the law permits."""

    code = "rule_outside_bounds"


class RuleUnproved(RulebookError):
    """A rule is too tangled for the proofs to go through all of its cases."""

    code = "rule_unproved"


class RuleNotCompiled(RulebookError):
    """The rules use something that an engine has no template for; nothing is approximated."""

    code = "rule_not_compiled"


class RulebookFaulty(RulebookError):
    """The rules have faults, so they were not adopted; the rulebook in force stays."""

    code = "rulebook_faulty"


class RulebookNotAdopted(RulebookError):
    """No rulebook was adopted for the day asked for, or none has the hash asked for."""

    code = "rulebook_not_adopted"
