change = day(2024, 3, 6)
assert "E3" in who_was_in(small_register, "7B", change, "morning")
assert "E4" in who_was_in(small_register, "7B", change, "evening")
