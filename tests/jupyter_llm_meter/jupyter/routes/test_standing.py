def test_the_standing_of_a_new_user_is_all_left(api):
    status, document = api("standing")
    assert status == 200
    (standing,) = document["standings"]
    assert standing["limit"]["id"] == "user/month/tokens"
    assert (standing["used"], standing["remaining"], standing["level"]) == ("0", "1000000", "ok")
    assert document["today"] == {
        "calls": 0, "input_tokens": 0, "output_tokens": 0, "unpriced_calls": 0, "missing_calls": 0,
    }  # fmt: skip
    assert document["state"] == {"level": "ok", "problems": []}
    assert document["seq"] == 0
