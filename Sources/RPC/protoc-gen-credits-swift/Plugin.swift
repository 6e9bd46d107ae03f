import ProtobufDescriptors

#if canImport(Glibc)
  import Glibc
#endif

/// A plugin of `protoc`: reads a `CodeGeneratorRequest` from standard input, and writes the response to standard output.
///
/// With arguments it filters a `FileDescriptorSet` instead: `messages-only` removes what protoc-c must not see
/// (``MessagesOnlySet``), `reflection` removes what a server need not serve (``ReflectionSet``), and
/// `reasons OUTPUT PACKAGE` writes an output of the reason catalogue in `PACKAGE` (``ReasonOutput``).
@main
enum Plugin {
  static func main() {
    do {
      let input = try StandardStreams.readAll()
      let arguments = Array(CommandLine.arguments.dropFirst())
      switch arguments.first {
      case nil: try StandardStreams.write(respond(to: input).serializedBytes())
      case "messages-only" where arguments.count == 1: try StandardStreams.write(MessagesOnlySet.filter(input))
      case "reflection" where arguments.count == 1: try StandardStreams.write(ReflectionSet.filter(input))
      case "reasons" where arguments.count == 3:
        try StandardStreams.write(Array(reasons(arguments[1], in: arguments[2], of: input).utf8))
      default:
        throw GeneratorError("usage: protoc-gen-credits-swift [messages-only | reflection | reasons OUTPUT PACKAGE]")
      }
    } catch {
      StandardStreams.complain("protoc-gen-credits-swift: \(error)\n")
      exit(1)
    }
  }

  static func respond(to input: [UInt8]) throws -> CodeGeneratorResponse {
    let request = try CodeGeneratorRequest(serializedBytes: input)
    do throws(GeneratorError) {
      return .files(try Generator(request).files())
    } catch {
      return .error(error.description)
    }
  }
}

extension Plugin {
  private static func reasons(_ output: String, in package: String, of set: [UInt8]) throws -> String {
    guard let output = ReasonOutput(rawValue: output) else {
      let outputs = ReasonOutput.allCases.map(\.rawValue).joined(separator: ", ")
      throw GeneratorError("the outputs of reasons are \(outputs)")
    }
    return try output.text(of: ReasonCatalog(files: FileDescriptorSet(serializedBytes: set).files, package: package))
  }
}

/// A fault in a proto file or a parameter, described for its author.
struct GeneratorError: Error, Equatable, CustomStringConvertible {
  let description: String

  init(_ description: String) {
    self.description = description
  }
}
