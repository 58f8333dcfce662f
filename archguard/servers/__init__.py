"""What answers while somebody writes: the resident process and its clients, and the servers for agents and editors.

`protocol`, `connection` and `client` import the standard library only, and little of it: whoever waits for a hook waits
for them.
"""
