"""Stands for a program that the server runs: ``python stub.py ADDRESS -c CODE`` and the program's own words.

Gives it its own environment, folder and standard files, passes signals on, and ends as the program does. When
it is killed, the server kills the program.
"""

import marshal
import os
import signal
import socket
import sys

FORWARDED = (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGUSR1, signal.SIGUSR2)


def main(address, code, words):
    """Ask for the program and wait for its end."""
    signal.pthread_sigmask(signal.SIG_BLOCK, FORWARDED)
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as connection:
        connection.connect(address)
        order = marshal.dumps((code, words, dict(os.environ), os.getcwd()))
        socket.send_fds(connection, [order], [0, 1, 2])
        pid = int(connection.recv(64) or sys.exit("no server of warm Pythons runs"))
        for number in FORWARDED:
            signal.signal(number, lambda number, _frame: os.kill(pid, number))
        signal.pthread_sigmask(signal.SIG_UNBLOCK, FORWARDED)
        end = int(connection.recv(64) or sys.exit("the server of warm Pythons has ended"))
    if end < 0:
        if -end in FORWARDED:
            signal.signal(-end, signal.SIG_DFL)
        os.kill(os.getpid(), -end)
    os._exit(end)


_, address, option, code, *words = sys.argv
if option != "-c":
    sys.exit(f"a warm Python runs -c CODE and nothing else, not {option}")
main(address, code, words)
