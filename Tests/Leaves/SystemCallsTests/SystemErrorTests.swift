import Glibc
import SystemCalls
import Testing

@Suite("The error of a system call")
struct SystemErrorTests {
  @Test("has the system's name", arguments: [(EACCES, "Permission denied"), (ENOENT, "No such file or directory")])
  func names(code: Int32, name: String) {
    #expect(SystemError(code).description == name)
  }

  @Test("of a number that the system does not know has at least that number")
  func unknown() {
    #expect(SystemError(99_999).description.contains("99999"))
  }

  @Test("is the last one of the calling thread")
  func last() {
    #expect(open("/no/such/file", O_RDONLY) == -1)
    #expect(SystemError.last == SystemError(ENOENT))
  }
}
