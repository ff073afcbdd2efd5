"""Pictures that people send, made again: what is shown in a page is ours, down to the last byte.

`remake` is what others call. It knows nothing of rooms, messages or the database: one file goes in,
two come out. `formats` says which files are tried at all. What decodes them is a process of its own
(`child`), which has given up all it does not need (`confinement`) before it looks at the first byte
(`drawing`).
"""
