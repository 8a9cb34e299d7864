"""The commands, as a clerk, an official and a script use them."""

import json
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BAD = json.loads((ROOT / "data/samples/bad/expected.json").read_text(encoding="utf-8"))
FAMILY = {"unreadable_file": 10, "unknown_template": 10, "missing_columns": 10, "outside_catalogue": 10}


@pytest.mark.parametrize("name", sorted(BAD))
def test_a_bad_file_gets_a_clear_answer_and_loses_no_good_row(name, fresh_home):
    expected = BAD[name]
    path = ROOT / "data/samples" / name
    answer = fresh_home.run("ingest", path, "--agency", expected["agency_code"], "--json")
    if "error" in expected:
        assert answer.code == FAMILY[expected["error"]]
        fault = answer.json()["error"]
        assert fault["code"] == expected["error"]
        assert fault["message"]
        assert fault["remedy"]
        return
    assert answer.code == 0, answer.stdout + answer.stderr
    told = answer.json()
    assert (told["rows"], told["accepted"], told["rejected"]) == (
        expected["rows"],
        expected["accepted"],
        expected["rejected"],
    )
    found = {(f["row"], f["column"], f["rule"]) for f in told["findings"] if f["severity"] == "error"}
    assert {(f["row"], f["column"], f["rule"]) for f in expected["findings"]} <= found
    assert all(f["message"] and f["remedy"] for f in told["findings"] if f["severity"] == "error")


def test_the_same_file_twice_is_one_batch(fresh_home, agency_code):
    path = ROOT / "data/samples/good/红名单_文明单位（文明办）.xlsx"
    first = fresh_home.run("ingest", path, "--agency", agency_code("文明办"), "--json").json()
    second = fresh_home.run("ingest", path, "--agency", agency_code("文明办"), "--json").json()
    assert (first["repeated"], second["repeated"]) == (False, True)
    assert first["batch_id"] == second["batch_id"]
    assert first["findings"] == second["findings"]
    assert len(fresh_home.run("batches", "--json").json()["batches"]) == 1


def test_several_files_and_a_pattern_go_in_at_once_and_a_bad_one_stops_none(fresh_home, agency_code, tmp_path):
    source = (ROOT / "data/samples/good/行政处罚_生态环境局.csv").read_bytes()
    (tmp_path / "a.csv").write_bytes(source)
    (tmp_path / "b.csv").write_bytes(b"")
    answer = fresh_home.run("ingest", f"{tmp_path}/*.csv", "--agency", agency_code("生态环境局"), "--json")
    assert answer.code == 10
    first, second = answer.json()["batches"]
    assert first["accepted"] == 28
    assert second["error"]["code"] == "unreadable_file"


def test_unknown_agency_missing_file_and_foreign_template_are_refused(fresh_home, agency_code, tmp_path):
    path = ROOT / "data/samples/good/行政处罚_生态环境局.csv"
    assert fresh_home.run("ingest", path, "--agency", "91350100M000100Y43", "--json").code == 60
    assert fresh_home.run("ingest", tmp_path / "no.csv", "--agency", agency_code("文明办"), "--json").code == 10
    refused = fresh_home.run("ingest", path, "--agency", agency_code("文明办"), "--json")
    assert refused.code == 60
    assert refused.json()["error"]["code"] == "scope_denied"


def test_generated_samples_are_refused_and_accepted_exactly_as_expected(fresh_home, agency_code, tmp_path):
    target = tmp_path / "generated.csv"
    made = fresh_home.run("sample", "penalty_org", target, "--rows", 3000, "--seed", 7, "--json").json()
    again = fresh_home.run(
        "sample", "penalty_org", tmp_path / "again.csv", "--rows", 3000, "--seed", 7, "--json"
    ).json()
    assert target.read_bytes() == (tmp_path / "again.csv").read_bytes()
    assert made["rejected"] == again["rejected"] > 10
    told = fresh_home.run("ingest", target, "--agency", agency_code("发展改革局"), "--json").json()
    assert (told["rows"], told["accepted"], told["rejected"]) == (made["rows"], made["accepted"], made["rejected"])
    expected = [json.loads(line) for line in Path(made["expected"]).read_text(encoding="utf-8").splitlines()]
    faults = {(fault["row"], fault["rule"]) for fault in expected if "row" in fault}
    found = {(f["row"], f["rule"]) for f in told["findings"] if f["severity"] == "error"}
    assert faults <= found


@pytest.mark.xdist_group("demo")
class TestOnTheDemo:
    def test_explain_goes_down_to_the_row_of_the_file_and_the_clause(self, demo):
        case = next(c for c in demo.outcome["assessment"]["proposed"] if c["list_kind"] == "watch")
        told = demo.home.run("explain", case["subject_id"], "--as-of", "2026-09-30", "--json").json()
        assert set(told) >= {"subject", "as_of", "rulebook", "categories", "candidates"}
        category = next(c for c in told["categories"] if c["category"] == case["category"])
        assert set(category) >= {"category", "points", "grade", "reasons"}
        names = {"record_id", "severity", "points_before", "weight", "points", "rule", "source", "file", "row"}
        assert all(set(reason) >= names for reason in category["reasons"])
        counted = [reason for reason in category["reasons"] if reason["points"]]
        assert counted
        assert all(reason["source"] and reason["file"] and reason["row"] > 1 for reason in counted)

    def test_an_assessment_repeated_gives_the_same_scores_and_proposes_nothing_twice(self, demo):
        again = demo.home.run("assess", "--as-of", "2026-09-30", "--json").json()
        assert again["proposed"] == []
        assert again["candidates"] == demo.outcome["assessment"]["candidates"]
        assert again["rulebook"] == demo.outcome["assessment"]["rulebook"]

    def test_each_gate_is_refused_without_the_one_before(self, demo):
        case = next(c for c in demo.outcome["assessment"]["proposed"] if c["list_kind"] == "watch")
        skipped = demo.home.run(
            *(
                "decide",
                "act",
                case["case_id"],
                "serve-notice",
                "--by",
                "demo-reviewer",
                "--evidence",
                "回执",
                "--json",
            ),
            password=demo.password("reviewer"),
        )
        assert skipped.code == 30
        assert skipped.json()["error"]["remedy"]
        wrong_role = demo.home.run(
            *("decide", "act", case["case_id"], "approve", "--by", "demo-reviewer", "--json"),
            password=demo.password("reviewer"),
        )
        assert wrong_role.code == 60
        wrong_password = demo.home.run(
            *("decide", "act", case["case_id"], "notice", "--by", "demo-reviewer", "--json"),
            password="-".join(["wrong"] * 3),
        )
        assert wrong_password.json()["error"]["code"] == "not_signed_in"

    def test_acts_are_named_as_the_list_of_the_case_names_them(self, demo):
        cases = demo.home.run("decide", "list", "--list", "red", "--json").json()["cases"]
        told = [demo.home.run("decide", "show", case["case_id"], "--json").json() for case in cases[:3]]
        labels = {step["act"]: step["label"] for case in told for step in case["next_acts"]}
        assert labels["revoke"] == "撤销认定"
        done = next(case for case in told if any(act["act"] == "serve_notice" for act in case["acts"]))
        said = demo.home.run("decide", "show", done["case_id"]).stdout
        assert "发布认定前公示" in said
        assert "告知书" not in said

    def test_a_listed_organisation_is_found_by_code_with_purpose(self, demo):
        black = demo.home.run("decide", "list", "--list", "black", "--json").json()["cases"]
        listed = next(c for c in black if c["state"] == "published" and c["subject_id"].startswith("uscc:"))
        code = listed["subject_id"].removeprefix("uscc:")
        options = ("--agency", "11990101990100034U", "--purpose", "procurement", "--json")
        told = demo.home.run("check", code, "--case-no", "采购〔2026〕1号", *options).json()
        assert [x["case_id"] for x in told["listings"] if x["case_id"] == listed["case_id"]]
        assert told["listings"][0]["measures"]
        assert demo.home.run("check", code, "--case-no", " ", *options).code == 60
        assert demo.home.run("check", code[:-1] + "0", "--case-no", "1", *options).code == 50

    def test_analysts_read_masked_data_and_nothing_else(self, demo):
        told = demo.home.run("sql", "SELECT count(*) FROM listings", "--json").json()
        assert told["rows"][0][0] > 5
        assert demo.home.run("sql", "SELECT * FROM read_text('/etc/passwd')", "--json").code == 50
        assert demo.home.run("sql", "DROP TABLE listings", "--json").code == 50

    def test_an_issue_is_never_released_twice(self, demo):
        answer = demo.home.run(
            "publish", "--period", "2026Q3", "--by", "demo-publisher", "--json", password=demo.password("publisher")
        )
        assert answer.code == 40
        assert answer.json()["error"]["code"] == "release_exists"

    @pytest.mark.parametrize(
        "command",
        [
            ("templates",),
            ("batches",),
            ("bulletins",),
            ("decide", "list"),
            ("account", "list"),
            ("key", "list"),
            ("agency", "list"),
            ("rules", "check"),
            ("audit",),
            ("sql",),
        ],
        ids=" ".join,
    )
    def test_every_command_prints_one_json_object_and_nothing_else(self, command, demo):
        answer = demo.home.run_afresh(*command, "--json")
        assert answer.code == 0, answer.stdout + answer.stderr
        assert isinstance(answer.json(), dict)
        assert answer.stderr == ""


def test_wrong_usage_is_told_as_json_too(fresh_home):
    answer = fresh_home.run("assess", "--as-of", "nonsense", "--json")
    assert answer.code == 2
    assert answer.json()["error"]["code"] == "usage"


def test_a_path_that_cannot_be_used_is_told_in_words(fresh_home, tmp_path):
    answer = fresh_home.run("sample", "tax_a", tmp_path / "missing" / "x.csv", "--rows", 5, "--json")
    assert answer.code == 70
    assert answer.json()["error"]["code"] == "path_unusable"


def test_revoking_an_unknown_key_says_that_nothing_was_revoked(fresh_home):
    answer = fresh_home.run("key", "revoke", "KNOPE", "--json")
    assert answer.code == 60
    assert answer.json()["error"]["code"] == "key_unknown"
