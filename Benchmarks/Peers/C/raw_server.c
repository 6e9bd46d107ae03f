// Answers each 64 bytes read from a Unix socket with the same 64 bytes: what the kernel alone costs.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static void echo(int connection) {
  char message[64];
  size_t filled = 0;
  for (;;) {
    ssize_t got = read(connection, message + filled, sizeof message - filled);
    if (got == 0 || (got < 0 && errno == ECONNRESET)) return;
    if (got < 0) fail("read");
    filled += (size_t)got;
    if (filled < sizeof message) continue;
    filled = 0;
    if (write(connection, message, sizeof message) != sizeof message) return;
  }
}

int main(int count, char **arguments) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (count != 2 || strlen(arguments[1]) >= sizeof address.sun_path) {
    fprintf(stderr, "usage: raw_server SOCKET\n");
    return 2;
  }
  strcpy(address.sun_path, arguments[1]);
  int listener = socket(AF_UNIX, SOCK_STREAM, 0);
  if (listener < 0) fail("socket");
  if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0) fail("bind");
  if (listen(listener, 16) < 0) fail("listen");
  puts("ready");
  fflush(stdout);
  for (;;) {
    int connection = accept(listener, NULL, NULL);
    if (connection < 0) fail("accept");
    echo(connection);
    close(connection);
  }
}
