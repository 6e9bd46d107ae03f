import Glibc
import SystemCalls
import Testing

@Suite("A system call error")
struct SystemErrorTests {
  @Test("has the system's message", arguments: [(EACCES, "Permission denied"), (ENOENT, "No such file or directory")])
  func names(code: Int32, name: String) {
    #expect(SystemError(code).description == name)
  }

  @Test("with an unknown number contains that number")
  func unknown() {
    #expect(SystemError(99_999).description.contains("99999"))
  }

  @Test("is the calling thread's last one")
  func last() {
    #expect(open("/no/such/file", O_RDONLY) == -1)
    #expect(SystemError.last == SystemError(ENOENT))
  }
}
