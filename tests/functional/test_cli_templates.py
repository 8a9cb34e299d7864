"""``credit templates`` from outside: the list, a blank workbook, and the workbook sent back unchanged."""

from __future__ import annotations


def test_the_list_names_every_template_with_its_editions(fresh_home):
    found = fresh_home.run("templates", "--json").json()["templates"]
    penalty = next(template for template in found if template["template"] == "penalty_org")
    assert [edition["template"] for edition in penalty["editions"]] == [
        "penalty_org.publicity_2016",
        "penalty_org.department_2019",
        "penalty_org.nfra",
    ]
    assert all(template["source"] for template in found)


def test_a_downloaded_workbook_is_accepted_as_it_is(fresh_home, agency_code, tmp_path):
    sender = agency_code("公安局")
    blank = tmp_path / "处罚.xlsx"
    written = fresh_home.run(
        "templates", "--download", "penalty_org.department_2019", blank, "--agency", sender, "--json"
    ).json()
    assert (written["template"], written["columns"]) == ("penalty_org.department_2019", 33)
    told = fresh_home.run("ingest", blank, "--agency", sender, "--json").json()
    assert (told["template"], told["rows"], told["accepted"]) == ("penalty_org", 1, 1)


def test_the_act_of_another_authority_is_refused_with_what_to_do(fresh_home, agency_code, tmp_path):
    blank = tmp_path / "处罚.xlsx"
    fresh_home.run("templates", "--download", "penalty_org", blank, "--agency", agency_code("公安局"))
    told = fresh_home.run("ingest", blank, "--agency", agency_code("市场监管局"), "--json").json()
    assert (told["accepted"], told["rejected"]) == (0, 1)
    (finding,) = [finding for finding in told["findings"] if finding["severity"] == "error"]
    assert finding["rule"] == "authority-not-permitted"
    assert "系统管理员" in finding["remedy"]


def test_a_sample_of_an_edition_is_read_back(fresh_home, agency_code, tmp_path):
    sample = tmp_path / "sample.csv"
    made = fresh_home.run("sample", "licence_org.publicity_2016", sample, "--rows", 40, "--json").json()
    told = fresh_home.run("ingest", sample, "--agency", agency_code("发展改革局"), "--json").json()
    assert (told["accepted"], told["rejected"]) == (made["accepted"], made["rejected"])


def test_wrong_names_are_told_with_the_right_ones(fresh_home, tmp_path):
    answer = fresh_home.run("templates", "--download", "penalties", tmp_path / "x.xlsx", "--json")
    assert answer.code == 10
    assert "penalty_org" in answer.json()["error"]["remedy"]
    answer = fresh_home.run("templates", "--download", "penalty_org", tmp_path / "x.csv", "--json")
    assert answer.json()["error"]["code"] == "unreadable_file"
    assert fresh_home.run("templates", "--download", "penalty_org", "--json").code == 2
