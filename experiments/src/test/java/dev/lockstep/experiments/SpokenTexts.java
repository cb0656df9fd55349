package dev.lockstep.experiments;

import com.sun.source.tree.AnnotationTree;
import com.sun.source.tree.BinaryTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MemberReferenceTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.NewClassTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePath;
import com.sun.source.util.TreePathScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.lang.model.element.Element;
import javax.lang.model.element.ElementKind;
import javax.lang.model.element.ExecutableElement;
import javax.lang.model.element.TypeElement;
import javax.lang.model.type.ArrayType;
import javax.lang.model.type.DeclaredType;
import javax.lang.model.type.TypeMirror;
import javax.lang.model.type.UnionType;
import javax.lang.model.type.WildcardType;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * Reads sources as the compiler does, and finds where text for a person is made of what only Java
 * knows: an exception, a record or a constant as Java prints it, a class's name.
 */
final class SpokenTexts {

  /**
   * @param place the class and method, such as {@code Main.internalError}
   */
  record Fault(String place, String file, long line, String what) {
    @Override
    public String toString() {
      return "%s (%s:%d): %s".formatted(place, file, line, what);
    }
  }

  /** Words of a sentence around a Java class; an entry of a table of classes has no space. */
  private static final Pattern CLASS_IN_A_SENTENCE =
      Pattern.compile("\\b(java|javax|org|com|dev)\\.[a-z]\\w*\\.|\\b[A-Z]\\w*(Exception|Spec)\\b");

  /** Characters make a text, and objects are the parts of one. */
  private static final Set<String> LIKE_TEXT = Set.of("char", "java.lang.Object");

  private static final String OURS = "dev.lockstep.";

  /** Words of the contract, which stand in results as they are. */
  private static final Set<String> WORDS = Set.of("dev.lockstep.core.result.Verdict");

  /** Thrown at who calls a method wrongly; a user meets them only as a fault of ours. */
  private static final Set<String> FOR_PROGRAMMERS =
      Set.of(
          "IllegalArgumentException",
          "IllegalStateException",
          "UnsupportedOperationException",
          "AssertionError");

  private final List<Fault> faults = new ArrayList<>();
  private final JavacTask task;
  private final Trees trees;
  private final TypeMirror throwable;

  private SpokenTexts(JavacTask task) {
    this.task = task;
    this.trees = Trees.instance(task);
    this.throwable = task.getElements().getTypeElement("java.lang.Throwable").asType();
  }

  /**
   * @param sources directories with packages
   * @param mayMiss modules, libraries of which are not on this class path
   * @throws IllegalArgumentException if they do not compile
   */
  static List<Fault> in(List<Path> sources, Set<String> mayMiss) throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    DiagnosticCollector<JavaFileObject> said = new DiagnosticCollector<>();
    try (StandardJavaFileManager files =
        compiler.getStandardFileManager(said, Locale.ROOT, StandardCharsets.UTF_8)) {
      List<Path> all = new ArrayList<>();
      for (Path directory : sources) {
        try (Stream<Path> walk = Files.walk(directory)) {
          walk.filter(file -> file.toString().matches(".*(?<!module-info)[.]java"))
              .forEach(all::add);
        }
      }
      JavacTask task =
          (JavacTask)
              compiler.getTask(
                  null,
                  files,
                  said,
                  List.of("-proc:none", "-classpath", System.getProperty("java.class.path")),
                  null,
                  files.getJavaFileObjectsFromPaths(all));
      List<CompilationUnitTree> units = new ArrayList<>();
      task.parse().forEach(units::add);
      task.analyze();
      said.getDiagnostics().stream()
          .filter(each -> each.getKind() == Diagnostic.Kind.ERROR)
          .filter(each -> mayMiss.stream().noneMatch(String.valueOf(each.getSource())::contains))
          .findFirst()
          .ifPresent(
              each -> {
                throw new IllegalArgumentException(each.toString());
              });
      SpokenTexts texts = new SpokenTexts(task);
      units.forEach(texts::read);
      return texts.faults;
    }
  }

  private void read(CompilationUnitTree unit) {
    new Reader(unit).scan(unit, null);
  }

  /** Returns what Java's own text of a type would show, empty if it has a text for people. */
  private String machineText(TypeMirror type) {
    if (type instanceof UnionType union) {
      return machineText(union.getAlternatives().get(0));
    }
    if (type instanceof WildcardType wildcard) {
      return wildcard.getExtendsBound() == null ? "" : machineText(wildcard.getExtendsBound());
    }
    if (type instanceof ArrayType array) {
      return LIKE_TEXT.contains(array.getComponentType().toString()) ? "" : "an array";
    }
    if (!(type instanceof DeclaredType declared)) {
      return "";
    }
    if (task.getTypes().isSubtype(type, throwable)) {
      return "an exception with its class";
    }
    TypeElement element = (TypeElement) declared.asElement();
    String name = element.getQualifiedName().toString();
    if (name.equals("java.lang.Class")) {
      return "a class";
    }
    if (name.startsWith("java.util.Optional")) {
      return "what may be absent";
    }
    if (name.startsWith(OURS)) {
      return WORDS.contains(name) || hasOwnText(element)
          ? ""
          : "%s as Java prints it".formatted(element.getSimpleName());
    }
    return declared.getTypeArguments().stream()
        .map(this::machineText)
        .filter(text -> !text.isEmpty())
        .findFirst()
        .orElse("");
  }

  private boolean hasOwnText(TypeElement element) {
    for (TypeElement each = element; each != null; ) {
      String name = each.getQualifiedName().toString();
      if (Set.of("java.lang.Object", "java.lang.Enum", "java.lang.Record").contains(name)) {
        return false;
      }
      for (Element member : each.getEnclosedElements()) {
        if (member.getKind() == ElementKind.METHOD
            && member.getSimpleName().contentEquals("toString")
            && ((ExecutableElement) member).getParameters().isEmpty()) {
          return trees.getTree(member) != null; // a record's is not in the source
        }
      }
      each =
          each.getSuperclass() instanceof DeclaredType parent
              ? (TypeElement) parent.asElement()
              : null;
    }
    return false;
  }

  private final class Reader extends TreePathScanner<Void, Void> {

    private final CompilationUnitTree unit;

    Reader(CompilationUnitTree unit) {
      this.unit = unit;
    }

    @Override
    public Void visitBinary(BinaryTree sum, Void nothing) {
      TypeMirror type = trees.getTypeMirror(getCurrentPath());
      if (sum.getKind() == Tree.Kind.PLUS
          && type != null
          && type.toString().equals("java.lang.String")) {
        requireText(sum.getLeftOperand());
        requireText(sum.getRightOperand());
      }
      return super.visitBinary(sum, null);
    }

    @Override
    public Void visitMethodInvocation(MethodInvocationTree call, Void nothing) {
      if (trees.getElement(getCurrentPath()) instanceof ExecutableElement method) {
        String name = method.getSimpleName().toString();
        String owner = String.valueOf(method.getEnclosingElement());
        boolean makesText =
            (owner.equals("java.lang.String")
                    && Set.of("format", "formatted", "valueOf").contains(name))
                || (owner.startsWith("java.lang.StringBu") && name.equals("append"))
                || owner.startsWith("java.io.Print");
        if (makesText) {
          call.getArguments().forEach(this::requireText);
        } else if (name.equals("toString")
            && method.getParameters().isEmpty()
            && call.getMethodSelect() instanceof MemberSelectTree select) {
          requireText(select.getExpression());
        } else if (Set.of("getMessage", "getOriginalMessage").contains(name)
            && call.getMethodSelect() instanceof MemberSelectTree select) {
          requireReasonOfAFile(select.getExpression());
        } else if (owner.equals("java.lang.Class")
            && Set.of("getName", "getSimpleName").contains(name)
            && call.getMethodSelect() instanceof MemberSelectTree select) {
          requireNoClassOfOurs(select.getExpression());
        }
      }
      return super.visitMethodInvocation(call, null);
    }

    @Override
    public Void visitMemberReference(MemberReferenceTree reference, Void nothing) {
      if (reference.getName().contentEquals("toString")) {
        requireText(reference.getQualifierExpression());
      }
      return super.visitMemberReference(reference, null);
    }

    /** Of another library's class, such as one of Deeplearning4j's, a user's file has the name. */
    private void requireNoClassOfOurs(ExpressionTree receiver) {
      TypeMirror type = typeOf(receiver);
      if (type instanceof DeclaredType declared && !declared.getTypeArguments().isEmpty()) {
        String of = String.valueOf(declared.getTypeArguments().get(0));
        if (of.contains(OURS) || of.contains("java.lang.Record") || of.contains("Throwable")) {
          add(receiver, "the name of a class");
        }
      }
    }

    /** Of files, some exceptions tell the name alone, and those of JSON name classes. */
    private void requireReasonOfAFile(ExpressionTree receiver) {
      String type = String.valueOf(typeOf(receiver));
      if (type.equals("java.io.IOException") || type.contains(".jackson.")) {
        add(receiver, "the message of an exception of a file");
      }
    }

    private void requireText(ExpressionTree part) {
      TypeMirror type = typeOf(part);
      String text = type == null ? "" : machineText(type);
      if (!text.isEmpty() && !isForProgrammers()) {
        add(part, text);
      }
    }

    private TypeMirror typeOf(ExpressionTree part) {
      return trees.getTypeMirror(new TreePath(getCurrentPath(), part));
    }

    private boolean isForProgrammers() {
      for (TreePath path = getCurrentPath(); path != null; path = path.getParentPath()) {
        if (path.getLeaf() instanceof NewClassTree made
            && FOR_PROGRAMMERS.contains(made.getIdentifier().toString())) {
          return true;
        }
      }
      return false;
    }

    @Override
    public Void visitAnnotation(AnnotationTree annotation, Void nothing) {
      String name = annotation.getAnnotationType().toString();
      return name.contains("SuppressWarnings") ? null : super.visitAnnotation(annotation, null);
    }

    @Override
    public Void visitLiteral(LiteralTree literal, Void nothing) {
      if (literal.getValue() instanceof String text
          && text.contains(" ")
          && CLASS_IN_A_SENTENCE.matcher(text).find()
          && !isForProgrammers()) {
        add(literal, "a class in a sentence: " + text.lines().findFirst().orElse(""));
      }
      return null;
    }

    private void add(Tree where, String what) {
      long position = trees.getSourcePositions().getStartPosition(unit, where);
      Path file = Path.of(unit.getSourceFile().getName());
      faults.add(
          new Fault(place(file), file.toString(), unit.getLineMap().getLineNumber(position), what));
    }

    private String place(Path file) {
      String type = String.valueOf(file.getFileName()).replace(".java", "");
      for (TreePath path = getCurrentPath(); path != null; path = path.getParentPath()) {
        if (path.getLeaf() instanceof MethodTree method) {
          String name = method.getName().toString();
          return type + "." + (name.equals("<init>") ? "new" : name);
        }
      }
      return type;
    }
  }
}
