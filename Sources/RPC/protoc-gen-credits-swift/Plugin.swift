import ProtobufDescriptors

#if canImport(Glibc)
  import Glibc
#endif

/// A plugin of `protoc`: reads a `CodeGeneratorRequest` on standard input, answers on standard output.
///
/// With an argument it is a filter of `FileDescriptorSet`s instead: `messages-only` takes out what protoc-c must not see
/// (``MessagesOnlySet``), `reflection` what a server need not serve (``ReflectionSet``).
@main
enum Plugin {
  static func main() {
    do {
      let input = try StandardStreams.readAll()
      switch CommandLine.arguments.dropFirst() {
      case []: try StandardStreams.write(respond(to: input).serializedBytes())
      case ["messages-only"]: try StandardStreams.write(MessagesOnlySet.filter(input))
      case ["reflection"]: try StandardStreams.write(ReflectionSet.filter(input))
      default: throw GeneratorError("usage: protoc-gen-credits-swift [messages-only | reflection]")
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

/// What is wrong with a proto file or a parameter, for whoever wrote it.
struct GeneratorError: Error, Equatable, CustomStringConvertible {
  let description: String

  init(_ description: String) {
    self.description = description
  }
}
