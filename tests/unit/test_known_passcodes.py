"""Right passcodes are hashed once."""

from rooms import known_passcodes


def test_a_right_passcode_is_known_again_and_no_other_is() -> None:
    known_passcodes.learn("hash of one", "sesame")
    assert known_passcodes.knows("hash of one", "sesame")
    assert not known_passcodes.knows("hash of one", "sesam")
    assert not known_passcodes.knows("hash of another", "sesame")


def test_remembered_passcodes_are_bounded_and_hashed() -> None:
    for number in range(known_passcodes.MOST + 1):
        known_passcodes.learn(f"hash {number}", "sesame")
    assert not known_passcodes.knows("hash 0", "sesame")
    assert known_passcodes.knows(f"hash {known_passcodes.MOST}", "sesame")
    assert not any(b"sesame" in digest for digest in known_passcodes._digests.values())
