package dev.lockstep.cluster;

import dev.lockstep.experiments.work.Cluster;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BiConsumer;
import org.apache.spark.SparkEnv;
import org.apache.spark.SparkFiles;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.rdd.RDD;
import scala.collection.Iterator;
import scala.reflect.ClassTag$;
import scala.runtime.AbstractFunction1;
import scala.runtime.AbstractFunction2;
import scala.runtime.BoxedUnit;

/** Units of work as the tasks of one job of Spark: a text goes out, bytes come back. */
final class SparkCluster implements Cluster {

  private final JavaSparkContext spark;

  SparkCluster(JavaSparkContext spark) {
    this.spark = spark;
  }

  @Override
  public void send(Path file) {
    spark.addFile(file.toAbsolutePath().toString());
  }

  @Override
  public void carryOut(
      Class<? extends Worker> worker, List<String> units, BiConsumer<Integer, byte[]> came) {
    RDD<String> texts = spark.parallelize(units, units.size()).rdd();
    try {
      spark
          .sc()
          .runJob(
              texts,
              new Task(worker.getName()),
              new Came(came),
              ClassTag$.MODULE$.<byte[]>apply(byte[].class));
    } catch (Exception e) { // Scala declares none
      throw new LostException(e);
    }
  }

  @Override
  public void close() {
    spark.close();
  }

  /** One unit in an executor. Holds nothing but a name, so that nothing alive is sent. */
  private static final class Task extends AbstractFunction1<Iterator<String>, byte[]>
      implements Serializable {
    private static final long serialVersionUID = 1L;
    private final String worker;

    Task(String worker) {
      this.worker = worker;
    }

    @Override
    public byte[] apply(Iterator<String> unit) {
      try {
        return Class.forName(worker, true, Thread.currentThread().getContextClassLoader())
            .asSubclass(Worker.class)
            .getDeclaredConstructor()
            .newInstance()
            .carryOut(unit.next(), new Executor());
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException("no such worker in this executor: " + worker, e);
      }
    }
  }

  /** What Spark has in an executor, and takes away with it. */
  private static final class Executor implements Here {
    @Override
    public Path sent(Path file) {
      return Path.of(SparkFiles.get(String.valueOf(file.getFileName())));
    }

    @Override
    public Path room() {
      return SparkEnv.get().blockManager().diskBlockManager().localDirs()[0].toPath();
    }
  }

  /** Called in the driver by one thread, with each result as it comes. */
  private static final class Came extends AbstractFunction2<Object, byte[], BoxedUnit> {
    private final BiConsumer<Integer, byte[]> came;

    Came(BiConsumer<Integer, byte[]> came) {
      this.came = came;
    }

    @Override
    public BoxedUnit apply(Object unit, byte[] result) {
      came.accept((Integer) unit, result);
      return BoxedUnit.UNIT;
    }
  }
}
