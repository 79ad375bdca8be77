internal import Foundation
package import Testing

/// What it means for a test that it was built with a sanitizer.
package enum Sanitizer {
    /// `thread` or `address`, as `make tsan` and `make asan` name it; nil in a plain build.
    private static let name = ProcessInfo.processInfo.environment["TMS_SANITIZER"]

    fileprivate static let isPresent = name != nil

    /// Threads that it adds to each program.
    package static let threads = name == "thread" ? 1 : 0
}

/// For tests of how long something takes, or how much of it there is in a second.
///
/// In programs that a sanitizer makes ten times slower such figures do not hold. The test runs there all the same, for
/// what the sanitizer sees, and an expectation that fails is a known issue; an error that it throws is not.
package struct MeasuresTime: TestTrait, SuiteTrait, TestScoping {
    package let isRecursive = true

    package func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        try await withKnownIssue("slowed by a sanitizer", isIntermittent: true) {
            try await function()
        } when: {
            Sanitizer.isPresent
        } matching: { issue in
            if case .expectationFailed = issue.kind { true } else { false }
        }
    }
}

extension Trait where Self == MeasuresTime {
    package static var measuresTime: Self { Self() }
}
