import Testing
import UnixGRPC

@Suite("A method name")
struct MethodNameTests {
  @Test("is the path of its calls")
  func path() {
    #expect(MethodName(service: "a.B", method: "C").path == "/a.B/C")
  }
}
