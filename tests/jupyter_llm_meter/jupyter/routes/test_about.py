from jupyter_llm_meter import __version__


def test_a_page_learns_the_version_of_the_server_extension_and_its_formats(api):
    status, about = api("about")
    assert (status, about["version"]) == (200, __version__)
    assert about["formats"][:3] == ["csv", "json", "jsonl"]
    assert api("standing")[1]["version"] == __version__
